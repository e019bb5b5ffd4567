"""What the SDK says when a call is a mistake. What goes wrong while a run logs is told in one line and never raised."""

from __future__ import annotations

from assay.wire.errors import Conflict, InvalidRequest, PublicError


class NotStarted(PublicError):
    code = "not_started"
    exit_code = 2
    text = "Call assay.init() before {what}.{hint}"


class ConfigChanged(PublicError):
    """Config says what a run started from, so changing an entry is an act of its own."""

    code = "config_changed"
    exit_code = 2
    text = (
        "Config {key!r} is {old!r} and would become {new!r}. To change it on purpose: "
        "run.config.update({{{key!r}: …}}, allow_val_change=True), or init(allow_val_change=True)."
    )


class UnknownSetting(InvalidRequest):
    code = "unknown_setting"
    text = "There is no setting {name!r}.{hint} All settings: assay settings show"


class InvalidSetting(InvalidRequest):
    code = "invalid_setting"
    text = "Setting {name} is {value!r} (from {source}). Expected: {expected}."


class ResumeRefused(Conflict):
    code = "resume_refused"
    text = "{detail}"


class RunFolderUnwritable(PublicError):
    code = "run_folder_unwritable"
    exit_code = 8
    text = "No run folder can be made: {tried}. Nothing was started. Give a writable folder: assay.init(dir=…) or ASSAY_DIR."
