"""Which archive, how one gets in, and which of its studies are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from qtpy.QtWidgets import QInputDialog, QLineEdit, QVBoxLayout, QWidget

from ...core.errors import Refused
from ..ui.controls import button, press
from ..ui.fold import Fold
from ..ui.options_form import OptionsForm
from ..ui.preferences import read_preference, write_preference
from ..ui.rich import plain, sentence
from ..ui.run import Run, begin
from ..ui.sentences import said
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...tasks.pacs import ServerOptions

T = TypeVar("T")
REMEMBERED = "archive"
KEEP_HINT = tr(
    "Ask for the password of the user, or for the token, and keep it in the system's"
    " keyring; it is written nowhere else."
)
KEPT = tr("The system's keyring has it now.")
WAIT = tr("The keyring is being asked.")


class ServerForm(QWidget):
    """The options of every ``hipbmd pacs`` command.

    The server and the way in are remembered; whose films they are is not.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self._recall()

    def options(self, kind: type[T], **others: Any) -> T:
        """The dataclass of a command, with the options that have no control here.

        Raises
        ------
        Refused
            If the options make no sense.
        """
        values: dict[str, Any] = {}
        for form in (self.server, self.way_in, self.which):
            values |= form.values()
        return kind(**values, **others)

    def remember(self, options: ServerOptions) -> None:
        """Offer a server that has answered the next time, too."""
        write_preference(
            REMEMBERED,
            {
                "url": options.url,
                "user": options.user or "",
                "token": options.token,
                "ca": str(options.ca or ""),
                "plain": options.plain,
            },
        )

    def _setup_ui(self) -> None:
        from ...tasks.pacs import ServerOptions

        self.server = OptionsForm(ServerOptions, "url", "user")
        self.way_in = OptionsForm(ServerOptions, "token", "ca", "plain")
        self.which = OptionsForm(ServerOptions, "patient", "since", "until")
        self.keep_button = button("keep_secret", tr("Keep password …"), KEEP_HINT)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.way_in)
        column.addWidget(self.keep_button)
        self.fold = Fold(
            "way_in", tr("Logging in"), tr("Password or token, certificates."), inside
        )
        self.note = sentence("server_note")
        self.note.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        for part in (self.server, self.fold, self.note, self.which):
            whole.addWidget(part)
        press(self.keep_button, self._on_keep_clicked)

    def _recall(self) -> None:
        known = read_preference(REMEMBERED)
        known = known if isinstance(known, dict) else {}
        for form in (self.server, self.way_in):
            form.show_values(
                {
                    name: value
                    for name, value in known.items()
                    if name in form.controls
                    and type(value) is type(form.control(name).value)
                }
            )

    def _on_keep_clicked(self) -> None:
        from ...dicom.archive_session import keep_secret
        from ...tasks.pacs import ServerOptions

        try:
            access = self.options(ServerOptions).access
            access.check()
        except Refused as refusal:
            self._say(said(refusal))
            return
        what = (
            tr("Token")
            if access.token
            else tr("Password of {user}").format(user=access.user)
        )
        if not access.token and access.user is None:
            self._say(tr("Whose password? Give the user, or tick the token."))
            return
        secret, given = QInputDialog.getText(
            self, access.host, what, QLineEdit.EchoMode.Password
        )
        if given and secret:
            self._keep(lambda run: keep_secret(access, secret))

    def _keep(self, work: Any) -> Run:
        self.keep_button.setEnabled(False)
        self.keep_button.setToolTip(WAIT)
        return begin(self, work, lambda _: self._on_kept(KEPT), self._on_kept)

    def _on_kept(self, text: str) -> None:
        self.keep_button.setEnabled(True)
        self.keep_button.setToolTip(KEEP_HINT)
        self._say(text)

    def _say(self, text: str) -> None:
        self.note.setText(plain(text))
        self.note.setVisible(bool(text))
