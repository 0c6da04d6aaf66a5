"""The address book: what it reads, what it refuses and where, and that no contact can reach a second receiver."""

from __future__ import annotations

from pathlib import Path

import pytest
from apprise import Apprise
from hypothesis import given
from hypothesis import strategies as st

from gateways.channels import AddressBook, ChannelsError, UnusableContact, channel_of, load_address_book
from gateways.notifier import Message
from settings import PROJECT_ROOT
from tests.support.receivers import HttpRecorder, MailServer, http_recorder, mail_server

__all__ = ["http_recorder", "mail_server"]

MAIL = "mailto://example.com?smtp=127.0.0.1&from=a@example.com&to="
MESSAGE = Message("n-1", "您的诉求有新进展", "请凭查询码查看。")


def book_of(folder: Path, text: str) -> AddressBook:
    path = folder / "channels.yaml"
    path.write_text(text, encoding="utf-8")
    return load_address_book(path)


def test_no_file_is_an_empty_book(tmp_path: Path) -> None:
    book = load_address_book(tmp_path / "none.yaml")
    assert book.addresses_of("unit:A") == ()
    assert book.petitioner_address("email", "a@example.com") is None


@pytest.mark.parametrize("text", ["", "# only a comment\n", "units:\nroles:\n"])
def test_an_empty_file_is_an_empty_book(tmp_path: Path, text: str) -> None:
    assert book_of(tmp_path, text).addresses_of("role:desk") == ()


def test_the_example_is_a_whole_book() -> None:
    book = load_address_book(PROJECT_ROOT / "deployments" / "channels.example.yaml")
    assert len(book.addresses_of("unit:EXAMPLE-LIGHTING")) == 2
    [water] = book.addresses_of("unit:EXAMPLE-WATER")
    assert water.startswith("dingtalk://")
    assert [address.split(":")[0] for address in book.fallbacks_of(water)] == ["mailto"]
    assert book.addresses_of("role:discipline") == ("jsons://inspection.example.com/notices",)
    assert {kind for kind in book.petitioner if book.petitioner_address(kind, "13800000000")} == {
        "email",
        "sms",
        "wechat",
    }


def test_one_address_or_several_each_once(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        """
        units:
          "001": json://one
          B: [json://one, json://two, json://one]
        roles:
          desk: {url: json://desk, fallback: [json://spare, feishu://token]}
        timeout_seconds: 2.5
        """,
    )
    assert book.addresses_of("unit:001") == ("json://one",)
    assert book.addresses_of("unit:B") == ("json://one", "json://two")
    assert book.addresses_of("unit:1") == ()
    assert book.addresses_of("role:desk") == ("json://desk",)
    assert book.fallbacks_of("json://desk") == ("json://spare", "feishu://token")
    assert book.fallbacks_of("json://one") == ()
    assert book.timeout_seconds == 2.5


@pytest.mark.parametrize("recipient", ["", "A", "unit:", "person:A", "unit:A B", "UNIT:A", "unit:A\n"])
def test_a_recipient_has_a_fixed_shape(recipient: str) -> None:
    with pytest.raises(ValueError, match="recipient"):
        AddressBook().addresses_of(recipient)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("units:\n  A: [\n", 3, "YAML"),
        ("units:\n  A: json://a\n  A: json://SECRET\n", 3, "重复"),
        ("units:\n  A: *SECRET\n", 2, "YAML"),
        ("units:\n\tA: json://a\n", 2, "YAML"),
        ("- json://a\n", 1, "最外层"),
        ("just text\n", 1, "最外层"),
        ("units:\n  A: json://a\npeople:\n  B: json://SECRET\n", 3, "不认识的键"),
        ("units:\n  - json://SECRET\n", 1, "units 应当是"),
        ("units:\n  A: json://a\n  0123: json://SECRET\n", 3, "加引号"),
        ("units:\n  A B: json://SECRET\n", 2, "加引号"),
        ("units:\n  A: SECRET\n", 2, "units.A 不是可用的"),
        ("units:\n  A:\n    - json://a\n    - nosuchthing://SECRET\n", 4, "units.A 不是可用的"),
        ("units:\n  A:\n", 2, "units.A 不是可用的"),
        ("roles:\n  desk: 123456\n", 2, "roles.desk 不是可用的"),
        ("roles:\n  desk: {fallback: json://SECRET}\n", 2, "url"),
        ("roles:\n  desk: {url: json://a, spare: json://SECRET}\n", 2, "url"),
        ("roles:\n  desk:\n    url: json://a\n    fallback:\n      - SECRET\n", 5, "fallback"),
        ("petitioner:\n  email: mailto://SECRET\n", 2, "petitioner.email"),
        ("petitioner:\n  sms: json://SECRET/{address}/{address}\n", 2, "petitioner.sms"),
        ("petitioner:\n  email: SECRET{address}\n", 2, "petitioner.email"),
        ("service_addresses:\n  wecombot: ftp://SECRET\n", 2, "wecombot"),
        ("service_addresses:\n  wecombot: https://h/?key=SECRET\n", 2, "wecombot"),
        ("service_addresses:\n  json: https://SECRET\n", 2, "service_addresses"),
        ("units:\n  A: json://a\ntimeout_seconds: 0\n", 3, "timeout_seconds"),
        ("timeout_seconds: SECRET\n", 1, "timeout_seconds"),
        ("timeout_seconds: .nan\n", 1, "timeout_seconds"),
        ("timeout_seconds: yes\n", 1, "timeout_seconds"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(ChannelsError) as caught:
        book_of(tmp_path, text)
    assert (caught.value.path, caught.value.line) == (tmp_path / "channels.yaml", line)
    assert reason in caught.value.reason
    assert f"第 {line} 行" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_bytes("units:\n  路灯: json://a\n".encode("gbk"))
    with pytest.raises(ChannelsError, match="UTF-8"):
        load_address_book(path)


def test_a_book_shows_no_addresses(tmp_path: Path) -> None:
    book = book_of(tmp_path, "units:\n  A: json://user:SECRET@host\n")
    assert "SECRET" not in repr(book)


@pytest.mark.parametrize(
    "contact",
    [
        "a@example.com,b@example.com",
        "a@example.com;b@example.com",
        "a@example.com b@example.com",
        "a@example.com%2Cb@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\x00",
        "a@example.com&to=b@example.com",
        "测试乙 <a@example.com>",
        "o'neil@example.com",
        "a@example.com@b.example.com",
        "a@example.com\n",
        "",
        "a" * 255,
    ],
)
def test_a_contact_is_one_address_or_refused(contact: str) -> None:
    book = AddressBook(petitioner={"email": MAIL + "{address}"})
    with pytest.raises(UnusableContact) as caught:
        book.petitioner_address("email", contact)
    assert not contact or contact not in str(caught.value)


@given(st.text(st.characters(codec="ascii"), min_size=1, max_size=40))
def test_a_contact_never_adds_to_the_address(contact: str) -> None:
    book = AddressBook(petitioner={"sms": "json://host/?:phone={address}&:kind=sms"})
    try:
        address = book.petitioner_address("sms", contact)
    except UnusableContact:
        return
    assert address is not None
    assert address.count("&") == 1
    assert len(address.split("?")) == 2


@given(st.from_regex(r"[0-9A-Za-z.+_'=@,;% -]{3,30}@example\.(com|org)", fullmatch=True))
def test_a_mail_goes_to_exactly_that_mailbox_or_nowhere(contact: str) -> None:
    book = AddressBook(petitioner={"email": MAIL + "{address}"})
    try:
        address = book.petitioner_address("email", contact)
    except UnusableContact:
        return
    assert address is not None
    plugin = Apprise.instantiate(address)
    assert getattr(plugin, "targets", []) in ([], [(False, contact)])


@pytest.mark.parametrize("contact", ["test.a+rong@example.com", "oneil_x-y@example.com", "13800000001@example.com"])
def test_a_petitioners_mail_reaches_exactly_that_mailbox(tmp_path: Path, mail_server: MailServer, contact: str) -> None:
    book = book_of(tmp_path, f"petitioner:\n  email: {mail_server.url('{address}')}\n")
    address = book.petitioner_address("email", contact)
    assert address is not None
    assert book.notifier().send(address, MESSAGE).delivered
    assert [recipients for recipients, _ in mail_server.received] == [[contact]]


def test_a_petitioners_phone_reaches_the_districts_gateway(tmp_path: Path, http_recorder: HttpRecorder) -> None:
    template = f"json://127.0.0.1:{http_recorder.port}/sms?:phone={{address}}"
    book = book_of(tmp_path, f'petitioner:\n  sms: "{template}"\n')
    address = book.petitioner_address("sms", "+8613800000001")
    assert address == template.replace("{address}", "%2B8613800000001")
    assert book.notifier().send(address, MESSAGE).delivered
    assert http_recorder.received[0].json()["phone"] == "+8613800000001"
    assert http_recorder.received[0].json()["message"] == MESSAGE.body


def test_the_books_service_addresses_and_time_limit_are_the_notifiers(
    tmp_path: Path, http_recorder: HttpRecorder
) -> None:
    book = book_of(
        tmp_path,
        f"""
        timeout_seconds: 0.2
        service_addresses: {{wecombot: "{http_recorder.url}"}}
        units: {{A: "wecombot://examplekey"}}
        """,
    )
    [address] = book.addresses_of("unit:A")
    assert book.notifier().send(address, MESSAGE).delivered
    assert http_recorder.received[0].query == {"key": ["examplekey"]}
    http_recorder.hang()
    assert "ReadTimeout" in book.notifier().send(address, MESSAGE).proof


@pytest.mark.parametrize(
    ("address", "channel"),
    [
        ("wecombot://secretkey123", "wecombot"),
        ("dingtalk://secretkey123@token", "dingtalk"),
        ("jsons://user:secret@hooks.example.com:8443/path?:token=1", "jsons://hooks.example.com:8443"),
        ("mailtos://user:secret@example.com?smtp=smtp.example.com&to=a@example.com", "mailtos://smtp.example.com"),
        ("mailto://mail.example.com?to={address}", "mailto://mail.example.com"),
    ],
)
def test_a_channel_is_what_fails_together_and_tells_no_secret(address: str, channel: str) -> None:
    assert channel_of(address) == channel
