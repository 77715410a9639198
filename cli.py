from icrm_tui.cli import main

raise SystemExit(main())
