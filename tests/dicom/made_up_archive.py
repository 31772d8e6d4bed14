"""Films of somebody in an archive of a test's own, and reports about them."""

import io
from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from napari_hipbmd.dicom import FilmTags, derived_uid, source_of, write_film

from . import orthanc

SECRETS = ("Quillfeather", "Ottoline", "P100", "19460307", "20240301", "Pemberley")


def film(path, name, body="HIP", modality="DX", **more):
    """A film of somebody, as it lies in an archive."""
    grey = (np.arange(128 * 128).reshape(128, 128) % 4096).astype(np.uint16)
    tags = FilmTags(
        name, "L", modality=modality, body_part=body, sex="F", age_years=70,
        pixel_spacing_mm=(0.15, 0.15), pixel_spacing_calibration_type="FIDUCIAL",
    )  # fmt: skip
    write_film(path, grey, tags)
    stored = pydicom.dcmread(path)
    stored.PatientID, stored.PatientName = "P100", "Quillfeather^Ottoline"
    stored.PatientBirthDate, stored.StudyDate = "19460307", "20240301"
    stored.InstitutionName, stored.PatientIdentityRemoved = "Pemberley", "NO"
    for keyword, value in more.items():
        setattr(stored, keyword, value)
    stored.save_as(path)
    return stored


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Two films of a hip, one of the pelvis, and one of a knee."""
    folder = tmp_path_factory.mktemp("films")
    return {
        "hip": film(folder / "hip.dcm", "hip"),
        "pelvis": film(folder / "pelvis.dcm", "pelvis", "PELVIS", "CR"),
        "words": film(
            folder / "words.dcm", "words", "", SeriesDescription="Hüfte links",
            SpecificCharacterSet="ISO_IR 192",
        ),
        "knee": film(
            folder / "knee.dcm", "knee", "KNEE", SeriesDescription="Knee",
            StudyDescription="Knee",
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def server(films, tmp_path_factory):
    """The root of an archive that holds them."""
    if orthanc.program() is None:
        pytest.skip(orthanc.BROKEN)
    with orthanc.running(tmp_path_factory.mktemp("orthanc")) as one:
        from dicomweb_client.api import DICOMwebClient
        from dicomweb_client.session_utils import create_session_from_user_pass

        session = create_session_from_user_pass(orthanc.USER, orthanc.PASSWORD)
        client = DICOMwebClient(one.url, session=session)
        client.store_instances(list(films.values()))
        yield SimpleNamespace(url=one.url, client=client, program=one)


@pytest.fixture
def secrets(monkeypatch):
    """A keyring that knows one password."""
    import keyring

    asked = []

    def get_password(service, user):
        asked.append((service, user))
        return orthanc.PASSWORD if user == orthanc.USER else None

    monkeypatch.setattr(keyring, "get_password", get_password)
    return asked


def report(path):
    """A structured report about a film, as 'hipbmd measure --sr' refers to it."""
    source = source_of(path)
    made = Dataset()
    made.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    made.SOPInstanceUID = derived_uid("SR", source.SOPInstanceUID)
    made.StudyInstanceUID = source.StudyInstanceUID
    made.SeriesInstanceUID = derived_uid("SR series", source.SeriesInstanceUID)
    made.Modality, made.PatientID, made.PatientName = "SR", "", ""
    made.PatientIdentityRemoved, made.DeidentificationMethod = "YES", "none left"
    of_film = Dataset()
    of_film.ReferencedSOPClassUID = source.SOPClassUID
    of_film.ReferencedSOPInstanceUID = source.SOPInstanceUID
    made.ReferencedInstanceSequence = [of_film]
    made.file_meta = pydicom.dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    buffer = io.BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
