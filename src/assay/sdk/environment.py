"""What a run runs in: Python and its packages, the machine, the command line, what makes it random. Read in the background."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from assay.sdk.redact import Redactor, is_secret_name

# Variables that explain a run and hold no secret by their meaning. Others are recorded when the setting names them.
VARIABLES = (
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUBLAS_WORKSPACE_CONFIG", "NVIDIA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    "TOKENIZERS_PARALLELISM", "PYTHONHASHSEED", "PL_GLOBAL_SEED", "TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC",
    "PYTORCH_CUDA_ALLOC_CONF", "TORCH_*", "NCCL_*", "XLA_FLAGS", "JAX_PLATFORMS", "RANK", "WORLD_SIZE", "LOCAL_RANK",
    "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_PARTITION", "SLURM_NNODES",
    "SLURM_NTASKS", "SLURM_PROCID", "CONDA_DEFAULT_ENV", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ",
)  # fmt: skip
_PACKAGES = 5_000
_HEAD_BYTES = 4_096  # of a package's description: its name and version come first
_ASKED = ("torch", "numpy", "tensorflow", "jax")


def read(redactor: Redactor, *, variables: Iterable[str] = ()) -> dict[str, Any]:
    """Every fact there is, by topic. A topic that fails is left out."""
    topics: dict[str, Callable[[], Any]] = {
        "python": _python,
        "os": _os,
        "cpu": _cpu,
        "memory_bytes": lambda: os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "gpu": _gpus,
        "container": _container,
        "command": lambda: redactor.arguments(sys.orig_argv),
        "cwd": lambda: redactor.text(str(Path.cwd())),
        "variables": lambda: _variables(redactor, variables),
        "determinism": _determinism,
        "packages": _packages,
    }
    facts: dict[str, Any] = {}
    for name, topic in topics.items():
        try:
            found = topic()
        except Exception:  # noqa: S112 – a machine that cannot tell one thing can tell the next
            continue
        if found not in (None, {}, [], ""):
            facts[name] = found
    return facts


def _python() -> dict[str, Any]:
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "build": " ".join(platform.python_build()),
        "compiler": platform.python_compiler(),
        "executable": sys.executable,
        "is_free_threaded": not getattr(sys, "_is_gil_enabled", lambda: True)(),
    }


def _os() -> dict[str, Any]:
    found = {"name": platform.system(), "kernel": platform.release(), "machine": platform.machine(), "host": platform.node()}
    try:
        found["distribution"] = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        pass
    return found


def _cpu() -> dict[str, Any]:
    model = ""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))), "")
    except OSError:
        model = platform.processor()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"model": model, "count": os.cpu_count(), "usable_count": usable}


def _gpus() -> dict[str, Any] | None:
    """NVIDIA's, by its own library where its driver is loaded; nothing is started on a machine without."""
    if not Path("/proc/driver/nvidia/version").exists() and not Path("/dev/nvidiactl").exists():
        return None
    import pynvml

    pynvml.nvmlInit()
    try:
        cuda = pynvml.nvmlSystemGetCudaDriverVersion()
        devices = []
        for index in range(pynvml.nvmlDeviceGetCount()):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            name = pynvml.nvmlDeviceGetName(handle)
            memory = pynvml.nvmlDeviceGetMemoryInfo(handle).total
            devices.append({"name": name if isinstance(name, str) else name.decode(), "memory_bytes": int(memory)})
        driver = pynvml.nvmlSystemGetDriverVersion()
        return {
            "driver": driver if isinstance(driver, str) else driver.decode(),
            "cuda": f"{cuda // 1000}.{cuda % 1000 // 10}",
            "devices": devices,
        }
    finally:
        pynvml.nvmlShutdown()


def _container() -> dict[str, Any] | None:
    """What can be seen from inside: the engine, the container's id, and the image where the environment names it."""
    found: dict[str, Any] = {}
    if Path("/.dockerenv").exists():
        found["engine"] = "docker"
    elif Path("/run/.containerenv").exists():
        found["engine"] = "podman"
        for line in Path("/run/.containerenv").read_text().splitlines():
            name, _, value = line.partition("=")
            if name in {"image", "imageid", "id"}:
                found[name] = value.strip('"')
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        found["orchestrator"] = "kubernetes"
    for variable, name in (("CONTAINER_IMAGE", "image"), ("IMAGE_DIGEST", "digest"), ("APPTAINER_CONTAINER", "image")):
        if variable in os.environ:
            found[name] = os.environ[variable]
    return found or None


def _variables(redactor: Redactor, more: Iterable[str]) -> dict[str, str]:
    wanted = (*VARIABLES, *more)
    return {
        name: redactor.text(value)[:4096]
        for name, value in sorted(os.environ.items())
        if any(fnmatchcase(name, pattern) for pattern in wanted) and not is_secret_name(name)
    }


def _determinism() -> dict[str, Any]:
    """Seeds and switches of frameworks that are loaded already; nothing is imported for it."""
    found: dict[str, Any] = {"hash_randomization": bool(sys.flags.hash_randomization)}
    for name in _ASKED:
        if (module := sys.modules.get(name)) is not None:
            found[name] = str(getattr(module, "__version__", ""))
    if (torch := sys.modules.get("torch")) is not None:
        found["torch_initial_seed"] = torch.initial_seed()
        found["torch_deterministic"] = torch.are_deterministic_algorithms_enabled()
        found["cudnn_deterministic"] = torch.backends.cudnn.deterministic
        found["cudnn_benchmark"] = torch.backends.cudnn.benchmark
        found["torch_cuda"] = torch.version.cuda
        if torch.version.cuda:
            found["cudnn"] = torch.backends.cudnn.version()
    return found


def _packages() -> dict[str, str]:
    """Name and version of what is installed; of two the one that is imported. Read from the first lines of each description:
    parsing them whole took longer than everything else that is asked here."""
    found: dict[str, str] = {}
    for place in sys.path:
        for name, version in _described(Path(place)):
            if len(found) < _PACKAGES:
                found.setdefault(name, version)
    return dict(sorted(found.items(), key=lambda entry: entry[0].lower()))


def _described(place: Path) -> Iterator[tuple[str, str]]:
    if place.is_file():  # an archive; the library looks into it
        from importlib.metadata import distributions

        yield from ((one.metadata["Name"], one.version) for one in distributions(path=[str(place)]))
        return
    try:
        entries = [entry for entry in os.scandir(place) if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return
    for entry in entries:
        name = "METADATA" if entry.name.endswith(".dist-info") else "PKG-INFO"
        try:
            with (Path(entry.path, name) if entry.is_dir() else Path(entry.path)).open("rb") as file:
                head = file.read(_HEAD_BYTES).decode(errors="replace").replace("\r\n", "\n")
        except OSError:
            continue
        fields = dict(line.partition(": ")[::2] for line in head.partition("\n\n")[0].splitlines())
        if fields.get("Name") and fields.get("Version"):
            yield fields["Name"].strip(), fields["Version"].strip()
