"""A ZIP with a feed and its pictures: read in place, and no trap of ZIP files springs."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from catalog import feed_archive
from catalog.errors import FeedUnreadable, PictureNotUsable
from catalog.feed_archive import FeedArchive
from catalog.feed_reading import open_feed, sample_feed

TABLE = "sku,title\n1,Robe\n"


def zipped(folder: Path, members: dict[str, bytes | str], *, name: str = "feed.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def archive(path: Path) -> FeedArchive:
    found = open_feed(path).archive
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("table", "picture"),
    [("products.csv", "images/a.jpg"), ("products.csv", "a.jpg"), ("shop/products.csv", "shop/images/a.jpg")],
)
def test_the_table_is_read_in_place_and_pictures_are_found_beside_it(tmp_path: Path, table: str, picture: str) -> None:
    path = zipped(tmp_path, {table: TABLE, picture: b"bytes", "__MACOSX/products.csv": "x", ".hidden.csv": "x"})
    found = open_feed(path)
    assert [row.cells for row in found.read()] == [{"sku": "1", "title": "Robe"}]
    assert archive(path).find("a.jpg").read() == b"bytes"
    assert sample_feed(path).columns == ("sku", "title")


def test_of_several_tables_the_one_called_products_is_the_feed(tmp_path: Path) -> None:
    assert open_feed(zipped(tmp_path, {"sizes.csv": "a,b\n", "products.csv": TABLE})).rows == 1
    with pytest.raises(FeedUnreadable, match=r"several tables \(a\.csv, b\.csv\)"):
        open_feed(zipped(tmp_path, {"a.csv": TABLE, "b.csv": TABLE}))


def test_an_archive_without_a_table_says_what_it_needs(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as nested:
        nested.writestr("products.csv", TABLE)
    with pytest.raises(FeedUnreadable, match="an archive within it is not opened"):
        open_feed(zipped(tmp_path, {"inner.zip": inner.getvalue()}))


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "x/../../a.jpg", "C:\\a.jpg", "a\0.jpg"])
def test_a_member_that_leads_out_of_the_archive_is_never_read(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE, name: b"bytes"})
    with pytest.raises(PictureNotUsable):
        archive(path).find(name)


def test_a_link_in_the_archive_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("images/a.jpg")
    link.external_attr = 0o120777 << 16
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("products.csv", TABLE)
        made.writestr(link, "/etc/passwd")
    with pytest.raises(PictureNotUsable, match="link"):
        archive(path).find("a.jpg")


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE, "images/a.jpg": b"bytes"})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.rfind(mark)
        content[at + place] |= 1
    path.write_bytes(content)
    with pytest.raises(PictureNotUsable, match="encrypted"):
        archive(path).find("a.jpg")
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(FeedUnreadable, match="encrypted"):
        open_feed(path)


def test_a_bomb_among_the_pictures_is_refused_by_its_size_and_by_what_comes_out(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE, "images/a.jpg": b"\0" * 50_000_000})
    with pytest.raises(PictureNotUsable, match="40 MB"):
        archive(path).find("a.jpg")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(content)
    with pytest.raises(PictureNotUsable):
        archive(path).find("a.jpg").read()


def test_a_bomb_of_a_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_archive, "MAX_TABLE_BYTES", 1_000_000)
    path = zipped(tmp_path, {"products.csv": TABLE + "2,x\n" * 500_000})
    with pytest.raises(FeedUnreadable, match="unpacks to more"):
        open_feed(path)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(content)
    with pytest.raises(FeedUnreadable):
        open_feed(path)


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE})
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 16] = struct.pack("<I", 500_000_000)
    path.write_bytes(content)
    with pytest.raises(FeedUnreadable, match="files; send it in parts"):
        open_feed(path)


def test_a_false_record_behind_the_true_one_hides_no_directory(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE})
    content = path.read_bytes()
    end = content.rfind(b"PK\x05\x06")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200_000, 200_000, 500_000_000, 0)
    false_one_within = struct.pack("<4sL8sL", b"PK\x06\x07", 0, b"PK\x06\x06", 1)
    path.write_bytes(content[:end] + record + false_one_within + content[end:])
    with pytest.raises(FeedUnreadable, match="files; send it in parts"):
        open_feed(path)


@pytest.mark.parametrize("cut", [0, 10, 60, 120])
def test_a_damaged_archive_is_refused(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE * 20})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FeedUnreadable, match="no ZIP archive, or a damaged one"):
        open_feed(path)


def test_a_table_that_is_damaged_within_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"products.csv": TABLE + "".join(f"{n},{n * 7919}\n" for n in range(5000))})
    content = bytearray(path.read_bytes())
    content[2000:2100] = b"\0" * 100
    path.write_bytes(content)
    with pytest.raises(FeedUnreadable, match="damaged"):
        open_feed(path)
