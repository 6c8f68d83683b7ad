"""A BERT encoder as an ONNX graph, built from the weights of a safetensors file.

The graph follows Devlin et al. 2019 (https://arxiv.org/abs/1810.04805) as all-MiniLM-L6-v2 uses it: post-layer
normalization, absolute positions, exact (erf) GELU, no pooler. Weights stay float32: quantized ones swap near
ties in a ranking.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_OPSET = 20
"""The first with Gelu as one operator; LayerNormalization came with 17."""
_IR_VERSION = 9

type Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BertShape:
    """The sizes of the encoder."""

    layers: int = 6
    hidden: int = 384
    heads: int = 12
    epsilon: float = 1e-12


def build(weights: dict[str, Floats], shape: BertShape) -> onnx.ModelProto:
    """Build the model.

    Its inputs are int64 ``input_ids``, ``attention_mask`` and ``token_type_ids`` of shape (batch, tokens), its
    output is float32 ``last_hidden_state`` of shape (batch, tokens, hidden).

    Raises:
        KeyError: a weight is missing.
    """
    graph = _Graph(weights, shape)
    hidden = graph.embeddings()
    mask = graph.attention_mask()
    for layer in range(shape.layers):
        hidden = graph.layer(hidden, mask, f"encoder.layer.{layer}.")
    graph.node("Identity", [hidden], "last_hidden_state")
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in names]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", shape.hidden]
    )
    body = helper.make_graph(graph.nodes, "bert", inputs, [output], graph.initializers)
    model = helper.make_model(
        body,
        opset_imports=[helper.make_opsetid("", _OPSET)],
        producer_name="vsexplorer",
        ir_version=_IR_VERSION,
    )
    onnx.checker.check_model(model)
    return model


class _Graph:
    """Nodes and constants under construction; every method returns the name of what it computes."""

    def __init__(self, weights: dict[str, Floats], shape: BertShape) -> None:
        self._weights = weights
        self._shape = shape
        self._names = self._fresh_names()
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        output = output or next(self._names)
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def embeddings(self) -> str:
        words = self.node("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"])
        types = self.node("Gather", [self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids"])
        length = self.node("Shape", ["input_ids"], start=1, end=2)
        table = self._weight("embeddings.position_embeddings.weight")
        positions = self.node("Slice", [table, self._constant([0]), length, self._constant([0])])
        total = self.node("Add", [self.node("Add", [words, types]), positions])
        return self._normalize(total, "embeddings.LayerNorm")

    def attention_mask(self) -> str:
        """0 where a token counts and the lowest float32 where it is padding, of shape (batch, 1, 1, tokens)."""
        mask = self.node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        padding = self.node("Sub", [self._constant(1.0), mask])
        lowest = self.node("Mul", [padding, self._constant(float(np.finfo(np.float32).min))])
        return self.node("Unsqueeze", [lowest, self._constant([1, 2])])

    def layer(self, hidden: str, mask: str, prefix: str) -> str:
        attention = self._attention(hidden, mask, f"{prefix}attention.self.")
        projected = self._dense(attention, f"{prefix}attention.output.dense")
        hidden = self._normalize(self.node("Add", [projected, hidden]), f"{prefix}attention.output.LayerNorm")
        inner = self.node("Gelu", [self._dense(hidden, f"{prefix}intermediate.dense")])
        outer = self._dense(inner, f"{prefix}output.dense")
        return self._normalize(self.node("Add", [outer, hidden]), f"{prefix}output.LayerNorm")

    def _attention(self, hidden: str, mask: str, prefix: str) -> str:
        width = self._shape.hidden // self._shape.heads
        query, value = (self._heads(hidden, f"{prefix}{part}", [0, 2, 1, 3]) for part in ("query", "value"))
        key = self._heads(hidden, f"{prefix}key", [0, 2, 3, 1])
        scores = self.node("Div", [self.node("MatMul", [query, key]), self._constant(math.sqrt(width))])
        shares = self.node("Softmax", [self.node("Add", [scores, mask])], axis=-1)
        mixed = self.node("Transpose", [self.node("MatMul", [shares, value])], perm=[0, 2, 1, 3])
        return self.node("Reshape", [mixed, self._constant([0, 0, self._shape.hidden])])

    def _heads(self, hidden: str, prefix: str, order: list[int]) -> str:
        width = self._shape.hidden // self._shape.heads
        split = self._constant([0, 0, self._shape.heads, width])
        return self.node("Transpose", [self.node("Reshape", [self._dense(hidden, prefix), split])], perm=order)

    def _dense(self, hidden: str, prefix: str) -> str:
        product = self.node("MatMul", [hidden, self._weight(f"{prefix}.weight", transpose=True)])
        return self.node("Add", [product, self._weight(f"{prefix}.bias")])

    def _normalize(self, hidden: str, prefix: str) -> str:
        inputs = [hidden, self._weight(f"{prefix}.weight"), self._weight(f"{prefix}.bias")]
        return self.node("LayerNormalization", inputs, axis=-1, epsilon=self._shape.epsilon)

    def _weight(self, name: str, transpose: bool = False) -> str:
        values = self._weights[name]
        values = np.ascontiguousarray(values.T) if transpose else values
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def _constant(self, value: float | list[int]) -> str:
        name = next(self._names)
        array = np.array(value, np.float32 if isinstance(value, float) else np.int64)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    @staticmethod
    def _fresh_names() -> Iterator[str]:
        number = 0
        while True:
            yield f"v{number}"
            number += 1
