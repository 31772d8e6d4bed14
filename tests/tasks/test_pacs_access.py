"""Certificates and tokens, with a real archive and a keyring of the test's own."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom.archive_session import keep_secret
from napari_hipbmd.tasks.pacs import FindOptions, find

from ..dicom import orthanc

keyring = pytest.importorskip("keyring", reason="needs the extra pacs")
pytest.importorskip("dicomweb_client", reason="needs the extra pacs")
TOKEN = "ey-some-token"
ONLY_WITH_TOKEN = f"""
function IncomingHttpRequestFilter(method, uri, ip, username, headers)
  return headers['authorization'] == 'Bearer {TOKEN}'
end
"""


@pytest.fixture(autouse=True)
def own_keyring():
    """A keyring that keeps things in memory, in place of the system's."""
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.kept = {}

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

    before, mine = keyring.get_keyring(), InMemory()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path):
    if orthanc.program() is None:
        pytest.skip(orthanc.BROKEN)
    return tmp_path


def certificate(folder, days=1, address="127.0.0.1"):
    """A key and a certificate of an address that signs itself; gives the latter."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address(address))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "both.pem").write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "ca.pem").write_bytes(pem)
    return folder / "ca.pem"


def test_a_certificate_is_trusted_when_it_is_given_and_else_told(folder):
    ca = certificate(folder)
    (folder / "bad.pem").write_text("no certificate")
    with (
        orthanc.running(folder) as one,
        orthanc.behind_tls(one.port, folder / "both.pem") as port,
    ):
        url = f"https://127.0.0.1:{port}/dicom-web"
        known = FindOptions(url=url, user=orthanc.USER, ca=ca)
        keep_secret(known.access, orthanc.PASSWORD)
        assert find(known).series == []
        for other in (None, folder / "bad.pem"):
            with pytest.raises(Refused) as why:
                find(FindOptions(url=url, user=orthanc.USER, ca=other))
            assert str(why.value) == (
                "The certificate of 127.0.0.1 is not trusted: give a file with that of"
                " its authority (ca)."
            )


@pytest.mark.parametrize(
    ("days", "address", "sentence"),
    [
        (-1, "127.0.0.1", "is not valid today: look at this computer's clock"),
        (1, "127.0.0.9", "names another server: look at the address"),
        (None, "", "does not speak https there: look at the address and its port"),
    ],
)
def test_a_connection_that_is_not_safe_says_why(tmp_path, days, address, sentence):
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    ca = None
    if days is not None:
        ca = certificate(tmp_path, days, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "both.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_address[1]}/dicom-web"
    try:
        with pytest.raises(Refused, match=sentence):
            find(FindOptions(url=url, ca=ca))
    finally:
        server.shutdown()
        server.server_close()


def test_a_file_of_certificates_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Refused, match="no file .* with certificates"):
        find(FindOptions(url="https://127.0.0.1:1/x", ca=tmp_path / "nowhere.pem"))


def test_a_token_of_the_keyring_lets_in_and_a_wrong_one_is_told(folder, own_keyring):
    (folder / "filter.lua").write_text(ONLY_WITH_TOKEN)
    with orthanc.running(
        folder, AuthenticationEnabled=False, LuaScripts=[str(folder / "filter.lua")]
    ) as one:
        options = FindOptions(url=one.url, token=True)
        with pytest.raises(Refused, match="keyring has nothing for it"):
            find(options)
        keep_secret(options.access, TOKEN)
        assert own_keyring.kept == {(f"napari-hipbmd {one.url}", "token"): TOKEN}
        assert find(options).series == []
        keep_secret(options.access, "another")
        with pytest.raises(Refused, match="lets nobody in that way") as why:
            find(options)
    assert "another" not in str(why.value)


def test_a_user_and_a_token_do_not_go_together():
    with pytest.raises(Refused, match="give one"):
        FindOptions(url="https://pacs.example.org/x", user="anna", token=True)


def test_a_keyring_that_cannot_be_opened_is_told():
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())
    with pytest.raises(Refused, match="keyring cannot be opened: unlock it"):
        find(FindOptions(url="https://pacs.example.org/x", user="anna"))
