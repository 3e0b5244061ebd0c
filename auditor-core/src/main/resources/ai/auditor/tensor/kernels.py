# TorchScript in the form of an archive's code. Words with a dollar sign are filled in from the block's shape.
# w: 0 attention norm, 1 MLP norm, 2 queries, keys and values, 3 attention output, 4 gate, 5 up, 6 down, then biases in this order.
# fast_block leaves activation, product and residual sum to oneDNN, inside the matrix products; it has no gradient, open_block has.
# cached_block writes its keys and values in place into the slots of a cache that end at seen, and attends to all slots up to there.
# Each key head is given to its query heads by strides, one call of attention a key head, so that keys and values are never copied.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def norm(self: __torch__.Kernels, x: Tensor, weight: Tensor) -> Tensor:
    scale = torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), $EPSILON))
    return torch.mul(torch.mul(x, scale), weight)
  def norm_at(self: __torch__.Kernels, hidden: Tensor, positions: Tensor, weight: Tensor) -> Tensor:
    flat = torch.reshape(hidden, [-1, $WIDTH])
    return (self).norm(torch.index_select(flat, 0, positions), weight)
  def embed(self: __torch__.Kernels, ids: Tensor, table: Tensor) -> Tensor:
    return torch.embedding(table, ids)
  def pool(self: __torch__.Kernels, hidden: Tensor, weights: Tensor) -> Tensor:
    return torch.bmm(weights, hidden)
  def attend(self: __torch__.Kernels, queries: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor]) -> Tensor:
    batch = torch.size(queries, 0)
    seen = torch.size(keys, 1)
    parts = annotate(List[Tensor], [])
    for g in range($GROUPS):
      q = torch.transpose(torch.slice(queries, 2, torch.mul(g, $SHARE), torch.mul(torch.add(g, 1), $SHARE)), 1, 2)
      k = torch.transpose(torch.slice(keys, 2, g, torch.add(g, 1)), 1, 2)
      v = torch.transpose(torch.slice(values, 2, g, torch.add(g, 1)), 1, 2)
      shape = [batch, $SHARE, seen, $HEAD_WIDTH]
      z = torch.scaled_dot_product_attention(q, torch.expand(k, shape), torch.expand(v, shape), mask, 0., torch.__is__(mask, None))
      _0 = torch.append(parts, torch.transpose(z, 1, 2))
    return torch.reshape(torch.cat(parts, 2), [-1, $ATTENTION_WIDTH])
  def fast_heads(self: __torch__.Kernels, h: Tensor, batch: int, length: int, rotation: Tensor, w: List[Tensor]) -> Tensor:
    x = (self).norm(h, w[0])
    qkv = ops.mkldnn._linear_pointwise(x, torch.t(w[2]), $QKV_BIAS, "none", [], "")
    heads = torch.view(qkv, [batch, length, $QKV_HEADS, $HEAD_WIDTH])
    turned = torch.slice(heads, 2, 0, $TURNED_HEADS)
    pairs = torch.view_as_complex(torch.view(turned, [batch, length, $TURNED_HEADS, $HALF_HEAD_WIDTH, 2]))
    _0 = torch.mul_(pairs, torch.view_as_complex(rotation))
    return heads
  def fast_rest(self: __torch__.Kernels, h: Tensor, z: Tensor, w: List[Tensor]) -> Tensor:
    h0 = ops.mkldnn._linear_pointwise(z, h, torch.t(w[3]), $OUTPUT_BIAS, "add")
    x0 = (self).norm(h0, w[1])
    gate = ops.mkldnn._linear_pointwise(x0, torch.t(w[4]), $GATE_BIAS, "swish", [], "")
    inner = ops.mkldnn._linear_pointwise(x0, gate, torch.t(w[5]), $UP_BIAS, "mul")
    return ops.mkldnn._linear_pointwise(inner, h0, torch.t(w[6]), $DOWN_BIAS, "add")
  def fast_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Optional[Tensor], w: List[Tensor]) -> Tensor:
    batch = torch.size(hidden, 0)
    length = torch.size(hidden, 1)
    h = torch.reshape(hidden, [-1, $WIDTH])
    heads = (self).fast_heads(h, batch, length, rotation, w)
    keys = torch.slice(heads, 2, $HEADS, $TURNED_HEADS)
    z = (self).attend(heads, keys, torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS), mask)
    return torch.view((self).fast_rest(h, z, w), [batch, length, $WIDTH])
  def cached_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Optional[Tensor], seen: int, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    batch = torch.size(hidden, 0)
    length = torch.size(hidden, 1)
    h = torch.reshape(hidden, [-1, $WIDTH])
    heads = (self).fast_heads(h, batch, length, rotation, w)
    first = torch.sub(seen, length)
    _0 = torch.copy_(torch.slice(keys, 1, first, seen), torch.slice(heads, 2, $HEADS, $TURNED_HEADS))
    _1 = torch.copy_(torch.slice(values, 1, first, seen), torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS))
    z = (self).attend(heads, torch.slice(keys, 1, 0, seen), torch.slice(values, 1, 0, seen), mask)
    return torch.view((self).fast_rest(h, z, w), [batch, length, $WIDTH])
  def open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Optional[Tensor], w: List[Tensor]) -> Tensor:
    batch = torch.size(hidden, 0)
    length = torch.size(hidden, 1)
    h = torch.reshape(hidden, [-1, $WIDTH])
    x = (self).norm(h, w[0])
    heads = torch.view(torch.linear(x, torch.t(w[2]), $QKV_BIAS), [batch, length, $QKV_HEADS, $HEAD_WIDTH])
    slice = torch.slice(heads, 2, 0, $TURNED_HEADS)
    pairs = torch.view_as_complex(torch.reshape(slice, [batch, length, $TURNED_HEADS, $HALF_HEAD_WIDTH, 2]))
    product = torch.view_as_real(torch.mul(pairs, torch.view_as_complex(rotation)))
    turned = torch.reshape(product, [batch, length, $TURNED_HEADS, $HEAD_WIDTH])
    keys = torch.slice(turned, 2, $HEADS, $TURNED_HEADS)
    z = (self).attend(turned, keys, torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS), mask)
    h0 = torch.add(h, torch.linear(z, torch.t(w[3]), $OUTPUT_BIAS))
    x0 = (self).norm(h0, w[1])
    gate = torch.silu(torch.linear(x0, torch.t(w[4]), $GATE_BIAS))
    inner = torch.mul(gate, torch.linear(x0, torch.t(w[5]), $UP_BIAS))
    h1 = torch.add(h0, torch.linear(inner, torch.t(w[6]), $DOWN_BIAS))
    return torch.view(h1, [batch, length, $WIDTH])
  def causal_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    return (self).fast_block(hidden, rotation, None, w)
  def masked_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, w: List[Tensor]) -> Tensor:
    return (self).fast_block(hidden, rotation, mask, w)
  def causal_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_block(hidden, rotation, None, w)
  def masked_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_block(hidden, rotation, mask, w)
  def causal_cached_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_block(hidden, rotation, None, torch.size(hidden, 1), keys, values, w)
  def masked_cached_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_block(hidden, rotation, mask, torch.size(mask, 3), keys, values, w)
  def logits(self: __torch__.Kernels, x: Tensor, head: Tensor) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, head, None, "none", [], "")
  def nll(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss((self).logits(x, head), targets, None, 0)
  def open_nll(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss(torch.linear(x, head), targets, None, 0)
  def nll_gradient(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor, weights: Tensor) -> List[Tensor]:
    at = torch.unsqueeze(targets, 1)
    logp = torch.log_softmax((self).logits(x, head), -1)
    nll = torch.neg(torch.squeeze(torch.gather(logp, 1, at), 1))
    scale = torch.unsqueeze(weights, 1)
    error = torch.mul_(torch.exp_(logp), scale)
    error0 = torch.scatter_add_(error, 1, at, torch.neg(scale))
    gradient = ops.mkldnn._linear_pointwise(error0, torch.t(head), None, "none", [], "")
    return [nll, gradient]
