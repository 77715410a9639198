import io
import json
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from icrm_tui.collect.formats import csv
from icrm_tui.collect.rejecting import Rejects
from icrm_tui.errors import IcrmError, Refused, Usage
from icrm_tui.text import guarded, unguarded

DATA = Path(__file__).parents[3] / "../shared/data"
real = pytest.mark.realdata
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the collected real files are absent")


@pytest.fixture
def file(tmp_path):
    def write(content, encoding="utf-8", name="in.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def read(path, **said):
    layout = csv.sniff(path, **said)
    return layout, list(csv.rows(path, layout))


def cells(path, **said):
    return [row for _, row, _ in read(path, **said)[1]]


def refusal(call, *args, **said):
    with pytest.raises(IcrmError) as caught:
        result = call(*args, **said)
        if hasattr(result, "__next__"):
            list(result)
    return caught.value


# what a file is written in


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "姓名,手机\n张三,138\n"),
        ("utf-8-sig", "Name,City\nZoë,Malmö\n"),
        ("utf-16", "姓名,手机\n张三,138\n"),
        ("utf-16-le", "name,city\nZoë,Köln\n"),
        ("utf-16-be", "name,city\nAnn,Rome\n"),
        ("gb18030", "姓名,手机\n"),
        ("gb18030", "name,phone\n王小明,123\n"),
        ("gb18030", "name,city\nWang,上海\n"),
        ("big5", "姓名,電話\n陳大文,0912345678\n"),
        ("big5", "name,city\nChen,台北市\n"),
        ("cp932", "氏名,電話番号\n山田太郎,03-1234\n"),
        ("cp1252", "Prénom;Nom\nZoé;Lefèvre\n"),
        ("cp1252", "name,city\nJoão,São Paulo\n"),
        ("cp1252", "name,note\nO’Brien,“quoted” – €5\n"),
    ],
)
def test_the_encoding_is_found(file, encoding, text):
    layout, found = read(file(text, encoding))
    lines = text.splitlines()
    assert list(layout.header) == lines[0].split(layout.delimiter)
    assert [row for _, row, _ in found] == [line.split(layout.delimiter) for line in lines[1:]]


def test_a_foreign_name_far_down_still_tells_the_encoding(file):
    text = "name,city\n" + "Ann Example,Rome\n" * 20_000 + "王小明,上海\n"
    assert cells(file(text, "gb18030"))[-1] == ["王小明", "上海"]


def test_a_wrong_encoding_is_refused_with_its_line(file):
    path = file("name\nAnn\nJürgen\n", "cp1252")
    error = refusal(csv.sniff, path, encoding="utf-8")
    assert (error.code, error.values["line"]) == ("file-encoding", 3)


def test_an_encoding_nobody_knows_is_a_usage_mistake(file):
    for name in ("klingon", "rot13"):
        error = refusal(csv.sniff, file("a,b\n"), encoding=name)
        assert isinstance(error, Usage)
        assert error.code == "encoding"


def test_a_character_cut_off_at_the_end_spoils_the_last_row_only(file):
    path = file("name,city\nAnn,Rome\n张三,上海".encode()[:-1])
    wide = file("name,city\nAnn,Rome\n张三,上海".encode("utf-16")[:-1], name="wide.csv")
    for cut in (path, wide):
        assert [problem for *_, problem in read(cut)[1]] == ["", "csv-cut"]
    error = refusal(csv.sniff, path, encoding="utf-8")
    assert (error.code, error.values["line"]) == ("file-encoding", 3)


def test_one_damaged_byte_does_not_make_utf8_something_else(file):
    path = file("姓名,城市\n张三,上海\n李四,北京\n".encode() + b"\xff,x\n")
    error = refusal(csv.sniff, path)
    assert (error.code, error.values["line"]) == ("file-encoding", 4)


# how its rows are cut


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_outside_quotes(file, delimiter):
    rows = [["name", "note"], ["Ann", "a,b;c|d\te"], ["Bob", "x, y; z"], ["Cy", ""]]
    text = "".join(delimiter.join(f'"{cell}"' if len(cell) > 4 else cell for cell in row) + "\n" for row in rows)
    layout, found = read(file(text))
    assert layout.delimiter == delimiter
    assert [row for _, row, _ in found] == rows[1:]


def test_excel_may_say_its_delimiter_in_the_first_line(file):
    layout, found = read(file("sep=;\r\nname;note\r\nAnn;a,b\r\n", "utf-8-sig"))
    assert (layout.delimiter, found) == (";", [(3, ["Ann", "a,b"], "")])


def test_a_delimiter_may_be_given_by_name_or_as_it_is(file):
    path = file("a;b,c\n1;2,3\n")
    assert cells(path, delimiter="semicolon") == [["1", "2,3"]]
    assert cells(path, delimiter=",") == [["1;2", "3"]]
    assert refusal(csv.sniff, path, delimiter="::").code == "delimiter"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_is_known_by_the_line_it_starts_at(file, end):
    text = end.join(["name,note", "Ann,plain", "", '"Bob","two', 'lines"', "Cy,last", ""])
    assert read(file(text))[1] == [
        (2, ["Ann", "plain"], ""),
        (4, ["Bob", f"two{end}lines"], ""),
        (6, ["Cy", "last"], ""),
    ]


def test_a_quote_after_a_blank_is_a_quote(file):
    assert cells(file('name, note\nAnn, "a, b"\n')) == [["Ann", "a, b"]]


def test_a_quote_inside_a_cell_is_taken_as_typed(file):
    assert cells(file('name,note\n"Ann "Nan" Bee",tall\nBob,6" pipe\n')) == [
        ['Ann Nan" Bee"', "tall"],
        ["Bob", '6" pipe'],
    ]


def test_titles_above_the_header_are_passed_over(file):
    text = 'Notes:\n"You may notice, that some\naddresses are missing."\n\nFirst Name,Last Name,URL\nAnn,Bee,x\n'
    layout, found = read(file(text))
    assert layout.header == ("First Name", "Last Name", "URL")
    assert found == [(6, ["Ann", "Bee", "x"], "")]
    assert csv.sniff(file("客户报表,,,\n导出时间,2026-01-01,,\n\n姓名,手机,公司,城市\n")).header[0] == "姓名"
    assert csv.sniff(file("Report: people, all\nname,email,phone\nAnn,a@b.example,1\n")).header[0] == "name"


def test_lines_to_skip_may_be_given(file):
    path = file("one,two\nname,note\nAnn,x\n")
    assert csv.sniff(path, skip_lines=1).header == ("name", "note")
    assert csv.sniff(path, skip_lines=0).header == ("one", "two")


def test_columns_of_one_name_stay_apart_and_nameless_ones_go_by_their_place(file):
    assert csv.sniff(file("城市,国家,城市,,City,City (2),City\n")).header == (
        *("城市", "国家", "城市 (2)", "#4"),
        *("City", "City (2)", "City (3)"),
    )


def test_short_rows_are_filled_and_long_ones_named(file):
    found = read(file("a,b,c\n1\n1,2,3,,\n1,2,3,4\n"))[1]
    assert found == [
        (2, ["1", "", ""], ""),
        (3, ["1", "2", "3"], ""),
        (4, ["1", "2", "3", "4"], "csv-long"),
    ]


@pytest.mark.parametrize(
    "end",
    [
        "Total,,3\n",
        "合计,,\n",
        "总计：3,,\n",
        "Summe,,1.234\n",
        ",Grand Total,3\n",
        "Total: 15 records\n",
        "共 15 条记录\n",
        "(15 rows)\n",
        "\nPeople report\nCopyright nobody\nGenerated by Ann\n",
    ],
)
def test_totals_at_the_end_are_no_rows(file, end):
    path = file("name,city,spent\nAnn,Rome,1\nBob,Bonn,2\n" + end)
    layout, totals = csv.sniff(path), []
    assert [line for line, *_ in csv.rows(path, layout, totals)] == [2, 3]
    assert len(totals) == len(end.strip().splitlines())


def test_somebody_called_total_is_somebody(file):
    path = file("name,domain,phone\nTotal,total.example,\nAcme,acme.example,1\nTotal,total.example,\n")
    assert len(cells(path)) == 3
    assert len(cells(file("name,phone\nAnn,1\nTotal,13800138000\n"))) == 2
    assert len(cells(file("name,n\nTotal,5\nAnn,1\n"))) == 2


# what cannot be read: one clear refusal each


def test_what_is_no_file_of_text_is_refused(tmp_path, file):
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert refusal(csv.sniff, tmp_path / "none.csv").code == "file-missing"
    assert refusal(csv.sniff, file("x") / "below.csv").code == "file-missing"
    assert refusal(csv.sniff, tmp_path).code == "file-directory"
    assert refusal(csv.sniff, file("")).code == "file-empty"
    assert refusal(csv.sniff, file("\ufeff\r\n \n")).code == "file-empty"
    assert refusal(csv.sniff, file(",,,\n,,\n")).code == "file-empty"
    assert refusal(csv.sniff, file(png)).values["kind"] == "png"
    assert refusal(csv.sniff, file(b"PK\x03\x04" + bytes(99))).values["kind"] == "zip"
    assert refusal(csv.sniff, file(b"SQLite format 3\0" + bytes(99))).values["kind"] == "sqlite"
    assert refusal(csv.sniff, file(bytes(range(256)) * 9)).code == "file-binary"
    assert refusal(csv.sniff, file(bytes(500))).code == "file-binary"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refusal(csv.sniff, tmp_path / "pipe").code == "file-special"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(file):
    path = file("a,b\n")
    path.chmod(0)
    assert refusal(csv.sniff, path).code == "file-unreadable"


def test_a_nul_is_named_by_its_line(file):
    error = refusal(csv.sniff, file("name,note\nAnn,x\nB\0b,y\n"))
    assert (error.code, error.values["line"]) == ("csv-nul", 3)


def test_a_quote_never_closed_is_named_after_the_rows_before_it(file):
    path = file('name,note\nAnn,x\n"Bob","fine\nnote","open\nCy,y\nDee,z\n')
    layout, seen = csv.sniff(path), []
    with pytest.raises(Refused) as caught:
        for row in csv.rows(path, layout):
            seen.append(row)
    assert [line for line, *_ in seen] == [2]
    assert (caught.value.code, caught.value.values["line"]) == ("csv-unterminated", 4)


@pytest.mark.parametrize("tail", ['2,"open', '2,"open\n', '2,"open\n3,"Cy",z\n', '2,"open\n' + "3,c,d\n" * 300_000])
def test_however_a_quote_runs_away_its_line_is_named(file, tail):
    path = file("id,name,note\n1,Ann,x\n" + tail)
    error = refusal(csv.rows, path, csv.sniff(path))
    assert (error.code, error.values["line"]) == ("csv-unterminated", 3)


def test_a_header_with_a_runaway_quote_is_named_too(file):
    for text in ('"\n', 'name,"note\nAnn,x\n'):
        error = refusal(csv.sniff, file(text))
        assert (error.code, error.values["line"]) == ("csv-unterminated", 1)


def test_a_row_with_a_cell_of_ten_megabytes_is_refused_alone(file):
    path = file("name,note\nAnn,x\nBob," + "y" * 10_000_000 + "\nCyd,z\n")
    rows = list(csv.rows(path, csv.sniff(path)))
    assert [(line, cells[0], problem) for line, cells, problem in rows] == [
        (2, "Ann", ""),
        (3, "Bob", "csv-cell"),
        (4, "Cyd", ""),
    ]
    assert len(rows[1][1][1]) == 10_000_000
    error = refusal(csv.sniff, file("name," + "y" * 10_000_000 + "\nAnn,x\n"))
    assert (error.code, error.values["line"]) == ("csv-cell", 1)


def test_five_thousand_columns_are_refused(file):
    path = file(",".join(f"c{n}" for n in range(5000)) + "\n")
    error = refusal(csv.sniff, path)
    assert (error.code, error.values["n"]) == ("csv-columns", 5000)


def test_data_without_column_names_is_refused(file):
    assert refusal(csv.sniff, file("Ann,ann@bee.example\nBob,bob@bee.example\n")).code == "csv-header"


def test_a_header_alone_is_a_file_without_rows(file):
    assert read(file("name,email\n"))[1] == []


# out again


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(), st.text()), max_size=8))
@example([("\r", "a\rb"), (" x ", '"'), ("'=1", "''@x"), ("\n", "\r\n"), ("-", "+49 171 1"), ('a, "b"', ";;;")])
def test_what_is_written_is_read_as_it_was(tmp_path, values):
    path = tmp_path / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.Writer(stream, ["id", "name", "notes"])
        for number, pair in enumerate(values):
            writer.row([str(number), *pair])
    layout = csv.sniff(path)
    got = [[unguarded(cell) for cell in row] for _, row, _ in csv.rows(path, layout)]
    assert got == [[str(n), *(text.replace("\0", "\ufffd") for text in pair)] for n, pair in enumerate(values)]


@given(st.text())
def test_no_cell_starts_a_formula_and_import_restores_it(text):
    out = guarded(text)
    assert unguarded(out) == text.replace("\0", "\ufffd")
    assert not out.startswith(("=", "@", "\t", "\r"))
    if out.startswith(("+", "-")):
        assert not any(c.isalpha() for c in out[1:] if c.lower() not in "ext")


def test_numbers_and_phones_are_no_formulas():
    for text in ("+49 (0)171 123-45", "-12.50", "+1-555-0100 x12", "-3%", "-1e5"):
        assert guarded(text) == text
    for text in ("=1", "+A1", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "'=1", "-"):
        assert guarded(text) == "'" + text
    assert unguarded("'+86 138") == "+86 138"
    assert unguarded("'tis") == "'tis"


def test_lines_end_as_unix_tools_want_and_nothing_marks_a_pipe():
    stream = io.StringIO(newline="")
    csv.Writer(stream, ["a", "b"]).row(["1", "lone\rreturn"])
    assert stream.getvalue() == 'a,b\n1,"lone\rreturn"\n'


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "cp1252"])
def test_rejected_rows_come_back_as_they_were(tmp_path, file, encoding):
    name = "Jürgen" if encoding == "cp1252" else "张三"
    path = file(f'Name;Note;Name\n{name};\'=x;1\nAnn;"a;b";2\nBob;c;3;4\n', encoding)
    layout, found = read(path)
    out = tmp_path / "rejects.csv"
    rejects = Rejects(out, layout)
    for line, row, _ in found:
        rejects.row(line, row, "没有 e-mail")
    rejects.close()

    again, back = read(out)
    assert again.names == ("icrm_line", "icrm_reason", "Name", "Note", "Name")
    assert again.delimiter == ";"
    assert [row[2:] for _, row, _ in back] == [row for _, row, _ in found]
    assert [row[:2] for _, row, _ in back] == [[str(n), "没有 e-mail"] for n in (2, 3, 4)]

    twice = Rejects(tmp_path / "twice.csv", again)
    twice.row(2, back[0][1], "still")
    twice.close()
    assert csv.sniff(tmp_path / "twice.csv").names == again.names


# real files


@real
@needs_data
@pytest.mark.parametrize("path", sorted((DATA / "csv/csv-spectrum/csvs").glob("*.csv")), ids=lambda p: p.stem)
def test_csv_spectrum_equals_its_json(path):
    layout, found = read(path)
    want = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text("utf-8"))
    if b"\r" not in path.read_bytes():  # the collected copies lost their carriage returns
        want = [{key: text.replace("\r\n", "\n") for key, text in row.items()} for row in want]
    assert [dict(zip(layout.header, row, strict=True)) for _, row, _ in found] == want


@real
@needs_data
def test_naughty_strings_and_payloads_come_back(tmp_path):
    naughty = json.loads((DATA / "csv/naughty-strings/blns.json").read_text("utf-8"))
    payloads = (DATA / "csv/injection/csv-payload.txt").read_text("utf-8").split("\n")
    assert len(naughty) == 515
    texts = [*naughty, *payloads]
    path = tmp_path / "out.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.Writer(stream, ["id", "name"])
        for n, text in enumerate(texts):
            writer.row([str(n), text])
    raw = [row[1] for _, row, _ in read(path)[1]]
    assert [unguarded(text) for text in raw] == texts
    assert not [text for text in raw if text[:1] in tuple("=@\t\r")]


@real
@needs_data
@pytest.mark.parametrize(
    ("name", "columns", "count", "encoding"),
    [
        ("contacts/google-domain/sample1.csv", 129, 16, "utf-8"),
        ("contacts/thunderbird/basic_csv_addressbook.csv", 37, 2, "utf-8"),
        ("contacts/thunderbird/csv_semicolon.csv", 4, 2, "utf-8"),
        ("contacts/thunderbird-zh/header_gbk.csv", 38, 0, "gb18030"),
        ("contacts/outlook/outlook_en_header.csv", 92, 0, "utf-8"),
        ("contacts/crm-exports/preset_google_old.csv", 5, 1, "utf-8"),
        ("contacts/crm-exports/preset_hubspot.csv", 10, 1, "utf-8"),
        ("contacts/mailing-tools/generic_fr.csv", 5, 1, "utf-8"),
        ("contacts/mailing-tools/kit.csv", 4, 1, "utf-8"),
        ("contacts/mailing-tools/systeme_io.csv", 7, 1, "utf-8"),
        ("csv/dataloader/accountData.csv", 38, 423, "cp1252"),
        ("csv/dataloader/accountsForInsert.csv", 4, 4, "utf-8"),
    ],
)
def test_real_files_are_read_whole(name, columns, count, encoding):
    layout, found = read(DATA / name)
    assert (len(layout.header), len(found), layout.encoding) == (columns, count, encoding)
    assert not [row for row in found if row[2]]
