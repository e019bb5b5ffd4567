"""Which of how many processes this is, told from what launchers leave in the environment. No framework is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rank:
    """`job` is the same text in every process of one launch and differs between launches; empty if nothing tells."""

    rank: int
    world_size: int
    local_rank: int
    launcher: str
    job: str

    @property
    def is_primary(self) -> bool:
        return self.rank == 0

    @property
    def label(self) -> str:
        return f"rank {self.rank}"

    def shared_id(self, salt: str) -> str:
        """An id that every process of this launch computes alike."""
        import hashlib

        return hashlib.sha256(f"{self.launcher}\0{self.job}\0{salt}".encode()).hexdigest()[:8]


def detect(environment: Mapping[str, str] | None = None) -> Rank | None:
    """The rank that torchrun, MPI, Ray or Slurm gave this process; None if it was started alone."""
    given = os.environ if environment is None else environment
    for launcher, rank, size, local in (
        ("torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK"),
        ("openmpi", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"),
        ("mpi", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
        ("pmix", "PMIX_RANK", "SLURM_NTASKS", "SLURM_LOCALID"),
        ("ray", "RAY_TRAIN_WORLD_RANK", "RAY_TRAIN_WORLD_SIZE", "RAY_TRAIN_LOCAL_RANK"),
        ("slurm", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"),
    ):
        number, count = _int(given.get(rank)), _int(given.get(size))
        if number is not None and count is not None and 0 <= number < count:
            # One task of a Slurm job is an ordinary script, and so is a shell inside an allocation.
            if launcher == "slurm" and (count == 1 or "SLURM_STEP_ID" not in given):
                continue
            return Rank(number, count, _int(given.get(local)) or 0, launcher, _job(launcher, given))
    return None


def _job(launcher: str, given: Mapping[str, str]) -> str:
    if launcher == "torchrun":
        named = given.get("TORCHELASTIC_RUN_ID", "")
        if named and named != "none":
            return named
    if launcher == "ray":
        return given.get("RAY_JOB_ID", "")
    if "SLURM_JOB_ID" in given:
        return f"{given['SLURM_JOB_ID']}.{given.get('SLURM_STEP_ID', '')}.{given.get('SLURM_RESTART_COUNT', '0')}"
    if launcher == "openmpi" and (job := given.get("OMPI_MCA_ess_base_jobid") or given.get("PMIX_NAMESPACE")):
        return job
    # Processes of one node share their launcher as parent; its number and start make one launch unlike the next.
    if _int(given.get("LOCAL_WORLD_SIZE") or given.get("OMPI_COMM_WORLD_LOCAL_SIZE")) in {
        None,
        _int(given.get("WORLD_SIZE") or given.get("OMPI_COMM_WORLD_SIZE")),
    }:
        return f"{os.getppid()}-{_started(os.getppid())}"
    return ""


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty where /proc does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _int(text: str | None) -> int | None:
    try:
        return int(text) if text is not None else None
    except ValueError:
        return None
