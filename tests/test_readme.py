"""What the README promises: its tour works line by line, its links lead somewhere, two commands are all it takes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def lines_of_the_tour(name: str) -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", read(name), re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", READMES)
def test_the_tour_works_line_by_line(name: str, home: Path, tmp_path: Path) -> None:
    language = "zh_CN.UTF-8" if "zh" in name else "en_US.UTF-8"
    env = os.environ | {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    env |= {"LANG": language, "ICRM_LANG": language, "ICRM_USER": "wei"}
    tour = f"set -euo pipefail\nset -x\n{lines_of_the_tour(name)}\n"
    done = subprocess.run(["bash", "-c", tour], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = [line for line in done.stderr.splitlines() if line.startswith("+ icrm")]
    assert len(found) > 35  # ten calls among them
    assert list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize("name", READMES)
def test_two_commands_are_all_it_takes(name: str) -> None:
    assert set(re.findall(r"make ([a-z]+)", lines_indented(name))) == {"run", "test"}


def lines_indented(name: str) -> str:
    return "\n".join(line for line in read(name).splitlines() if line.startswith("    ") or "`make " in line)


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_to_a_file(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", read(name)) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []
