"""All services, built once on one set of stores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random, SystemRandom

from assay.server.ports.mail import Mailer
from assay.server.services.accounts import AccountService
from assay.server.services.aliases import Aliases
from assay.server.services.artifact_check import ArtifactCheck
from assay.server.services.artifact_comparison import ComparisonService
from assay.server.services.artifact_drafts import DraftService
from assay.server.services.artifact_edits import ArtifactEditService
from assay.server.services.artifact_runs import ArtifactRunService
from assay.server.services.artifacts import ArtifactService
from assay.server.services.audit import AuditService
from assay.server.services.backups import BackupService
from assay.server.services.buckets import BucketService
from assay.server.services.bulk import BulkService
from assay.server.services.clock import ClockService
from assay.server.services.columns import ColumnService
from assay.server.services.comments import CommentService
from assay.server.services.console import ConsoleService
from assay.server.services.contents import ContentService
from assay.server.services.definitions import DefinitionService
from assay.server.services.endings import EndingService
from assay.server.services.exports import ExportService
from assay.server.services.faults import FaultService
from assay.server.services.files import FileService
from assay.server.services.gates import Gates
from assay.server.services.handles import Handles
from assay.server.services.histograms import HistogramService
from assay.server.services.histories import Histories
from assay.server.services.importance import ImportanceService
from assay.server.services.ingest import IngestService
from assay.server.services.leakage import LeakageService
from assay.server.services.lineage import LineageService
from assay.server.services.manifests import ManifestService
from assay.server.services.media import MediaService
from assay.server.services.mentions import MentionService
from assay.server.services.metric_comparison import MetricComparisonService
from assay.server.services.news import NewsService
from assay.server.services.notices import NoticeService
from assay.server.services.places import OpenBucket, Places
from assay.server.services.presets import PresetService
from assay.server.services.projects import ProjectService
from assay.server.services.retention import RetentionService
from assay.server.services.revisions import Revisions
from assay.server.services.rotation import RotationService, SigningSecret
from assay.server.services.run_columns import RunColumns
from assay.server.services.run_query import RunQueryService
from assay.server.services.run_sets import RunSets
from assay.server.services.runs import RunService
from assay.server.services.saved_views import ViewService
from assay.server.services.sealing import Seal
from assay.server.services.series import SeriesService
from assay.server.services.space import SpaceService
from assay.server.services.stores import Stores
from assay.server.services.table_comparison import TableComparisonService
from assay.server.services.tails import Tails
from assay.server.services.teams import TeamService
from assay.server.services.thumbnails import ThumbnailService
from assay.server.services.tickets import Tickets
from assay.server.services.transfers import TransferService
from assay.server.services.turns import TurnService
from assay.wire.messages.runs import CodeSaving


class Catalog:
    """Safe to share between threads. `random` draws names for runs; secrets never come from it. `backups` None: this server
    cannot make them. `cache`: a folder for what can be made again. `open_bucket`, `seal`, `any_bucket_host`: for buckets of
    teams, see `places` and `buckets`; without the first two none is opened. `mailer` None: no mail is sent. `public_url`: where
    people reach the server."""

    def __init__(
        self,
        stores: Stores,
        *,
        random: Random | None = None,
        backups: BackupService | None = None,
        code_saving: CodeSaving = "allow",
        cache: Path | None = None,
        open_bucket: OpenBucket | None = None,
        seal: Seal | None = None,
        any_bucket_host: bool = False,
        mailer: Mailer | None = None,
        public_url: str = "",
    ) -> None:
        self.places = Places(stores.metadata, stores.blobs, stores.now, open_bucket, seal)
        self.stores = stores = replace(stores, blobs=self.places)
        self.code_saving = code_saving
        self.backups = backups
        handles, revisions, gates = Handles(stores.now), Revisions(), Gates()
        tickets = Tickets(SigningSecret(stores), stores.now)
        self.histograms = HistogramService(stores)
        self.media = MediaService(stores, tickets)
        sets = RunSets(stores, RunColumns(stores, revisions), revisions)
        self.clock = ClockService(stores)
        self.accounts = AccountService(stores)
        self.teams = TeamService(stores, self.accounts.forget_remembered)
        self.projects = ProjectService(stores, handles)
        self.runs = RunService(stores, handles, revisions, gates, random or SystemRandom(), code_saving)
        self.turns = TurnService(stores)
        self.definitions = DefinitionService(stores)
        self.run_query = RunQueryService(stores, sets)
        self.columns = ColumnService(stores, sets, self.histograms, self.media)
        self.exports = ExportService(stores, sets)
        self.importance = ImportanceService(stores, sets)
        self.views = ViewService(stores)
        self.presets = PresetService(stores)
        self.comments = CommentService(stores)
        self.mentions = MentionService(stores)
        tails = Tails()
        self.ingest = IngestService(stores, handles, revisions, gates, tails)
        self.series = SeriesService(stores, RunColumns(stores, revisions))
        self.console = ConsoleService(stores, tails)
        self.contents = ContentService(stores, tickets, self.places)
        self.buckets = BucketService(stores, self.places, self.contents, any_host=any_bucket_host)
        self.manifests = ManifestService(stores, self.contents)
        histories = Histories()
        self.faults = FaultService(stores, histories)
        self.lineage = LineageService(stores, histories, self.faults)
        aliases = Aliases(stores, self.faults)
        self.artifacts = ArtifactService(stores, self.contents, self.manifests, tickets, self.faults, aliases)
        self.drafts = DraftService(stores, self.contents, self.manifests, aliases)
        self.comparisons = ComparisonService(self.artifacts)
        self.table_comparisons = TableComparisonService(self.artifacts)
        self.metric_comparisons = MetricComparisonService(stores, self.artifacts)
        self.leakage = LeakageService(self.artifacts)
        self.space = SpaceService(stores, self.manifests)
        self.artifact_edits = ArtifactEditService(stores, self.manifests, aliases)
        self.retention = RetentionService(stores, self.contents, self.manifests, self.artifact_edits)
        self.notices = NoticeService(stores, mailer, public_url)
        self.artifact_runs = ArtifactRunService(stores, self.artifacts, aliases, self.faults)
        self.files = FileService(stores, tickets, code_saving, self.contents, self.artifacts)
        self.transfers = TransferService(stores, sets, handles, revisions, gates, self.files)
        self.bulk = BulkService(stores, sets, handles, revisions, self.transfers)
        self.thumbnails = ThumbnailService(stores, self.files.read, cache / "thumbnails" if cache is not None else None)
        self.endings = EndingService(stores, self.files)
        self.artifact_check = ArtifactCheck(stores, self.manifests)
        if backups is not None:
            backups.keep_still(self.contents.freeing)
            backups.keep_still(self.transfers.moving)
        self.audit = AuditService(stores)
        self.rotation = RotationService(stores, seal)
        self.news = NewsService(stores)
