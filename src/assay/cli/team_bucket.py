"""`assay server team bucket …`: a bucket of a team's own, named on the machine that holds the server's data.

Keys are read from the environment or from standard input, never from the command line, which everyone on the machine sees."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from assay.wire.errors import InvalidRequest

if TYPE_CHECKING:
    from assay.wire.messages.buckets import Bucket, TeamBuckets

_VARIABLES = {
    "s3": {"access_key_id": "AWS_ACCESS_KEY_ID", "secret_access_key": "AWS_SECRET_ACCESS_KEY"},
    "az": {"account_name": "AZURE_STORAGE_ACCOUNT_NAME", "account_key": "AZURE_STORAGE_ACCOUNT_KEY"},
    "gs": {"service_account": "GOOGLE_APPLICATION_CREDENTIALS"},
}
_STDIN_CHARS = 65_536

DATA = click.option("--data", metavar="FOLDER", help="The data folder. Default: $ASSAY_DATA, else ~/.local/share/assay.")
JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
STDIN = click.option("--stdin", "from_stdin", is_flag=True, help="Read the keys from standard input, a JSON object.")
BUCKET = click.option("--bucket", type=int, default=0, metavar="ID", help="One that the team had. Default: the current one.")
TEAM = click.argument("team", metavar="TEAM")


@click.group("bucket")
def bucket() -> None:
    """A team's own bucket: where its new contents go.

    Keys come from the environment ($AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY; $AZURE_STORAGE_ACCOUNT_NAME and
    $AZURE_STORAGE_ACCOUNT_KEY; the file that $GOOGLE_APPLICATION_CREDENTIALS names) or from standard input.
    """


@bucket.command("set")
@TEAM
@click.argument("address", metavar="ADDRESS")
@click.option("--endpoint", default="", metavar="URL", help="Where the store answers, if it is not the cloud's own.")
@click.option("--region", default="", help="Of an s3:// bucket. Default: $AWS_REGION, else us-east-1.")
@click.option("--through-server", is_flag=True, help="Clients cannot reach the bucket: all bytes pass through the server.")
@STDIN
@DATA
@JSON
def set_bucket(
    team: str, address: str, endpoint: str, region: str, through_server: bool, from_stdin: bool, data: str | None, as_json: bool
) -> None:
    """Send new contents of TEAM to ADDRESS: s3://bucket/prefix, gs://bucket/prefix or az://container/prefix.

    It is tried first. What the team has elsewhere stays there and is read from there.
    """
    from assay.server.domain.accounts import SYSTEM
    from assay.wire.messages.buckets import BucketWanted

    if address.startswith("s3:"):
        region = region or os.environ.get("AWS_REGION") or "us-east-1"
    wanted = BucketWanted(address, _keys(address, from_stdin), endpoint, region, not through_server)
    _tell(as_json, _with(data, lambda catalog: catalog.buckets.set(SYSTEM, team, wanted)))


@bucket.command("show")
@TEAM
@DATA
@JSON
def show_bucket(team: str, data: str | None, as_json: bool) -> None:
    """Show which bucket TEAM has, and those it had."""
    from assay.server.domain.accounts import SYSTEM

    _tell(as_json, _with(data, lambda catalog: catalog.buckets.get(SYSTEM, team)))


@bucket.command("check")
@TEAM
@BUCKET
@DATA
@JSON
def check_bucket(team: str, bucket: int, data: str | None, as_json: bool) -> int:
    """Try what is needed of TEAM's bucket; exit code 1 if something fails."""
    from assay.server.domain.accounts import SYSTEM

    found = _with(data, lambda catalog: catalog.buckets.check(SYSTEM, team, bucket))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for step in found.steps:
            click.echo(f"{'ok' if step.is_fine else 'no' if step.what == 'sign' else 'CARE':<5} {step.what:<7} {step.text}")
    return 0 if found.is_fine else 1


@bucket.command("rotate")
@TEAM
@BUCKET
@STDIN
@DATA
@JSON
def rotate_keys(team: str, bucket: int, from_stdin: bool, data: str | None, as_json: bool) -> None:
    """Give TEAM's bucket other keys. They are tried first; wrong ones are not taken."""
    from assay.server.domain.accounts import SYSTEM
    from assay.wire.messages.buckets import BucketKeys

    shown = _with(data, lambda catalog: catalog.buckets.get(SYSTEM, team))
    row = next((each for each in shown.buckets if (each.id == bucket if bucket else each.is_current)), None)
    if row is None:
        raise InvalidRequest(detail=f"{team} has no such bucket. Look: assay server team bucket show {team}")
    keys = BucketKeys(_keys(row.address, from_stdin))
    _tell(as_json, _with(data, lambda catalog: catalog.buckets.rotate(SYSTEM, team, keys, row.id)))


@bucket.command("unset")
@TEAM
@DATA
@JSON
def unset_bucket(team: str, data: str | None, as_json: bool) -> None:
    """Send new contents of TEAM to the server's own place again. What is in the bucket stays there and is read from there."""
    from assay.server.domain.accounts import SYSTEM

    _tell(as_json, _with(data, lambda catalog: catalog.buckets.unset(SYSTEM, team)))


def _with(data: str | None, do: Callable[[Any], Any]) -> Any:
    from assay.server.bootstrap import open_metadata_catalog
    from assay.server.data_folder import DataFolder
    from assay.server.settings import load

    folder = load({"data": data}).data
    DataFolder(folder).require_data()
    with open_metadata_catalog(folder) as catalog:
        return do(catalog)


def _keys(address: str, from_stdin: bool) -> dict[str, str]:
    """Raises InvalidRequest, which names variables and quotes none."""
    variables = _VARIABLES.get(address.partition(":")[0], {})
    if from_stdin:
        try:
            return msgspec.json.decode(sys.stdin.read(_STDIN_CHARS), type=dict[str, str])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            expected = json.dumps(dict.fromkeys(variables, "…"), ensure_ascii=False)
            raise InvalidRequest(detail=f"Standard input is no JSON object of keys. Expected: {expected}") from None
    lacking = [variable for variable in variables.values() if not os.environ.get(variable)]
    if lacking:
        raise InvalidRequest(
            detail=f"The keys of {address[:200]} are not in the environment: ${' and $'.join(lacking)}. Set them, or use --stdin"
        )
    keys = {name: os.environ[variable] for name, variable in variables.items()}
    if "service_account" in keys:
        try:
            keys["service_account"] = Path(keys["service_account"]).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest(detail="The file that $GOOGLE_APPLICATION_CREDENTIALS names cannot be read") from error
    return keys


def _tell(as_json: bool, shown: TeamBuckets) -> None:
    if as_json:
        click.echo(msgspec.json.encode(shown).decode())
        return
    if not any(each.is_current for each in shown.buckets):
        click.echo(f"{shown.team} has no bucket of its own: its contents go to the server's place.")
    for each in shown.buckets:
        click.echo(_line(each))


def _line(each: Bucket) -> str:
    where = f" at {each.endpoint}" if each.endpoint else ""
    use = "new contents go there" if each.is_current else "left; what is in it is read from there"
    keys = f"keys set, last rotated at {datetime.fromtimestamp(each.rotated_at, UTC):%Y-%m-%d %H:%M} UTC by {each.rotated_by}"
    return f"{each.id}: {each.address}{where}: {use}; {each.stored:,} bytes of artifacts; {keys}"
