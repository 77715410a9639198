from icrm_tui.cli import main

main()
