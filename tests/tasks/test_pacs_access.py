"""Certificates and tokens, with a real archive and a keyring of the test's own."""

import ipaddress
from datetime import UTC, datetime, timedelta

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


def certificate(folder):
    """A key and a certificate of 127.0.0.1 that signs itself; gives the latter."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now, here = datetime.now(UTC), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
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
