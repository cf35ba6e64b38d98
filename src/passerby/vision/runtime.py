"""Runs a network: ONNX Runtime by default, OpenVINO or a GPU where installed and asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from passerby.errors import DependencyError, InputError

Array = npt.NDArray[Any]

ORT_PROVIDERS: Final = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
}
PROVIDERS: Final = (*ORT_PROVIDERS, "openvino")
HOW_TO_INSTALL: Final = {
    "cuda": "pip install 'passerby[gpu]'",
    "tensorrt": "pip install 'passerby[gpu]' and TensorRT",
    "openvino": "pip install 'passerby[openvino]'",
    "directml": "pip install onnxruntime-directml",
}


@dataclass(frozen=True)
class Port:
    """An input or output of a graph. shape: None where it is free."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Graph:
    """What a graph says about itself."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: Mapping[str, str]


class Runtime(Protocol):
    """Something that runs the network."""

    at_once: bool
    """Whether a batch runs faster than its pictures one after the other."""

    def run(self, feeds: Mapping[str, Array]) -> list[Array]:
        """Outputs in the graph's order; may be called from several threads."""
        ...


def read_graph(model: Path) -> Graph:
    """Read inputs, outputs and metadata, running nothing. Raises InputError where it is no ONNX model."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    if not model.is_file():
        raise InputError(f"{model}: there is no such file; name an ONNX model")
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{model}: cannot be read as an ONNX model ({reason[:200]})") from error
    metadata = session.get_modelmeta().custom_metadata_map
    return Graph(_ports(session.get_inputs()), _ports(session.get_outputs()), dict(metadata))


def _ports(nodes: Sequence[Any]) -> tuple[Port, ...]:
    return tuple(
        Port(n.name, tuple(d if isinstance(d, int) and d > 0 else None for d in n.shape), n.type[7:-1]) for n in nodes
    )


def open_runtime(model: Path, provider: str | None, threads: int) -> Runtime:
    """Make the model ready to run. Raises InputError for an unknown provider, DependencyError for a missing one."""
    name = (provider or "cpu").lower()
    if name not in PROVIDERS:
        raise InputError(f"provider {provider!r} is not known; known are {', '.join(PROVIDERS)}")
    if name == "openvino":
        return _OpenVino(model, threads)
    wanted = ORT_PROVIDERS[name]
    if wanted not in onnxruntime.get_available_providers():
        raise _missing(name)
    return _OnnxRuntime(model, wanted, threads)


def _missing(name: str) -> DependencyError:
    how = HOW_TO_INSTALL.get(name, f"install an ONNX Runtime that has {ORT_PROVIDERS.get(name, name)}")
    return DependencyError(f"provider {name!r} is not installed here; {how}, or leave the provider out to use the CPU")


class _OnnxRuntime:
    def __init__(self, model: Path, provider: str, threads: int) -> None:
        self.at_once = provider != ORT_PROVIDERS["cpu"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # waiting threads must not keep a core from the decoder
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        chain = [provider] if provider == ORT_PROVIDERS["cpu"] else [provider, ORT_PROVIDERS["cpu"]]
        self._session = onnxruntime.InferenceSession(str(model), options, providers=chain)
        if self._session.get_providers()[0] != provider:
            raise _missing(next(k for k, v in ORT_PROVIDERS.items() if v == provider))

    def run(self, feeds: Mapping[str, Array]) -> list[Array]:
        return [np.asarray(value) for value in self._session.run(None, dict(feeds))]


class _OpenVino:
    """Compiles one network per input size, when first met: OpenVINO is faster when it knows the size."""

    def __init__(self, model: Path, threads: int) -> None:
        try:
            self._openvino = importlib.import_module("openvino")
        except ImportError as error:
            raise _missing("openvino") from error
        self.at_once = False
        self._core = self._openvino.Core()
        self._path, self._threads = str(model), threads
        self._compiled: dict[tuple[Any, ...], Any] = {}

    def run(self, feeds: Mapping[str, Array]) -> list[Array]:
        key = tuple((name, value.shape) for name, value in feeds.items())
        if key not in self._compiled:
            network = self._core.read_model(self._path)
            if network.is_dynamic():
                network.reshape({name: list(value.shape) for name, value in feeds.items()})
            settings = {"INFERENCE_NUM_THREADS": self._threads, "PERFORMANCE_HINT": "LATENCY"}
            self._compiled[key] = self._core.compile_model(network, "CPU", settings)
        compiled = self._compiled[key]
        result = compiled.create_infer_request().infer(dict(feeds))
        return [np.asarray(result[port]) for port in compiled.outputs]
