# TorchScript in the form of an archive's code. Words with a dollar sign are filled in from the block's shape, and lines between
# "#if X" (or "#if not X") and "#end" stay where the shape has X (or has it not).
# w: the parts of a block in the order of BlockWeights.Part, those that the shape has.
# fast_block leaves activation, product and residual sum to oneDNN, inside the matrix products; it has no gradient, open_block has.
# cached_block writes its keys and values in place into the slots of a cache that end at seen, and attends to all slots up to there;
# behind_block puts them behind those of a past that stays as it is.
# Each key head is given to its query heads by strides, one call of attention a key head, so that keys and values are never copied.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def rms_norm(self: __torch__.Kernels, x: Tensor, weight: Tensor) -> Tensor:
    scale = torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), $EPSILON))
    return torch.mul(torch.mul(x, scale), weight)
  def norm(self: __torch__.Kernels, x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
#if LAYER_NORM
    return torch.layer_norm(x, [$WIDTH], weight, bias, $EPSILON, False)
#end
#if not LAYER_NORM
    return (self).rms_norm(x, weight)
#end
  def bare_norm_at(self: __torch__.Kernels, hidden: Tensor, positions: Tensor, weight: Tensor) -> Tensor:
    flat = torch.reshape(hidden, [-1, $WIDTH])
    return (self).norm(torch.index_select(flat, 0, positions), weight, None)
  def norm_at(self: __torch__.Kernels, hidden: Tensor, positions: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    flat = torch.reshape(hidden, [-1, $WIDTH])
    return (self).norm(torch.index_select(flat, 0, positions), weight, bias)
  def embed(self: __torch__.Kernels, ids: Tensor, table: Tensor) -> Tensor:
    return $EMBEDDED
  def halved(self: __torch__.Kernels, matrix: Tensor) -> Tensor:
    return torch.to(matrix, 15)
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
#if CAPPED
      scores = torch.mul(torch.matmul(q, torch.transpose(k, 2, 3)), $CAPPED_SCALE)
      capped = torch.mul(torch.tanh(scores), $SCORE_CAP)
      z = torch.matmul(torch.softmax(torch.add(capped, unchecked_cast(Tensor, mask)), -1), v)
#end
#if not CAPPED
      shape = [batch, $SHARE, seen, $HEAD_WIDTH]
      z = torch.scaled_dot_product_attention(q, torch.expand(k, shape), torch.expand(v, shape), mask, 0., torch.__is__(mask, None), scale=$SCALE)
#end
      _0 = torch.append(parts, torch.transpose(z, 1, 2))
    return torch.reshape(torch.cat(parts, 2), [-1, $ATTENTION_WIDTH])
#if HEAD_NORMS
  def head_norm(self: __torch__.Kernels, turned: Tensor, w: List[Tensor]) -> Tensor:
    queries = torch.expand($QUERY_NORM, [$HEADS, $HEAD_WIDTH])
    keys = torch.expand($KEY_NORM, [$GROUPS, $HEAD_WIDTH])
    return (self).rms_norm(turned, torch.cat([queries, keys], 0))
#end
  def fast_heads(self: __torch__.Kernels, h: Tensor, batch: int, length: int, rotation: Tensor, w: List[Tensor]) -> Tensor:
    x = (self).norm(h, $ATTENTION_NORM, $ATTENTION_NORM_BIAS)
    qkv = ops.mkldnn._linear_pointwise(x, torch.t($QKV), $QKV_BIAS, "none", [], "")
    heads = torch.view(qkv, [batch, length, $QKV_HEADS, $HEAD_WIDTH])
    turned = torch.slice(heads, 2, 0, $TURNED_HEADS)
#if HEAD_NORMS
    _1 = torch.copy_(turned, (self).head_norm(turned, w))
#end
    pairs = torch.view_as_complex(torch.view(turned, [batch, length, $TURNED_HEADS, $HALF_HEAD_WIDTH, 2]))
    _0 = torch.mul_(pairs, torch.view_as_complex(rotation))
    return heads
  def fast_rest(self: __torch__.Kernels, h: Tensor, z: Tensor, w: List[Tensor]) -> Tensor:
#if POST_NORMS
    out = ops.mkldnn._linear_pointwise(z, torch.t($OUTPUT), $OUTPUT_BIAS, "none", [], "")
    h0 = torch.add(h, (self).rms_norm(out, $ATTENTION_POST_NORM))
#end
#if not POST_NORMS
    h0 = ops.mkldnn._linear_pointwise(z, h, torch.t($OUTPUT), $OUTPUT_BIAS, "add")
#end
    x0 = (self).norm($MLP_READS, $MLP_NORM, $MLP_NORM_BIAS)
#if GATED
    gate = ops.mkldnn._linear_pointwise(x0, torch.t($GATE), $GATE_BIAS, $FAST_ACTIVATION)
    inner = ops.mkldnn._linear_pointwise(x0, gate, torch.t($UP), $UP_BIAS, "mul")
#end
#if not GATED
    inner = ops.mkldnn._linear_pointwise(x0, torch.t($UP), $UP_BIAS, $FAST_ACTIVATION)
#end
#if POST_NORMS
    down = ops.mkldnn._linear_pointwise(inner, torch.t($DOWN), $DOWN_BIAS, "none", [], "")
    return torch.add(h0, (self).rms_norm(down, $MLP_POST_NORM))
#end
#if not POST_NORMS
    return ops.mkldnn._linear_pointwise(inner, h0, torch.t($DOWN), $DOWN_BIAS, "add")
#end
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
  def behind(self: __torch__.Kernels, past: Tensor, newest: Tensor) -> Tensor:
    shape = [torch.size(newest, 0), torch.size(past, 1), $GROUPS, $HEAD_WIDTH]
    return torch.cat([torch.expand(past, shape), newest], 1)
  def behind_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    batch = torch.size(hidden, 0)
    length = torch.size(hidden, 1)
    h = torch.reshape(hidden, [-1, $WIDTH])
    heads = (self).fast_heads(h, batch, length, rotation, w)
    keys0 = (self).behind(keys, torch.slice(heads, 2, $HEADS, $TURNED_HEADS))
    values0 = (self).behind(values, torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS))
    z = (self).attend(heads, keys0, values0, mask)
    return torch.view((self).fast_rest(h, z, w), [batch, length, $WIDTH])
  def open_heads(self: __torch__.Kernels, hidden: Tensor, w: List[Tensor]) -> Tensor:
    x = (self).norm(hidden, $ATTENTION_NORM, $ATTENTION_NORM_BIAS)
    qkv = torch.linear(x, torch.t($QKV), $QKV_BIAS)
    return torch.view(qkv, [torch.size(hidden, 0), torch.size(hidden, 1), $QKV_HEADS, $HEAD_WIDTH])
  def open_turned(self: __torch__.Kernels, heads: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    batch = torch.size(heads, 0)
    length = torch.size(heads, 1)
    bare = torch.slice(heads, 2, 0, $TURNED_HEADS)
#if HEAD_NORMS
    slice = (self).head_norm(bare, w)
#end
#if not HEAD_NORMS
    slice = bare
#end
    pairs = torch.view_as_complex(torch.reshape(slice, [batch, length, $TURNED_HEADS, $HALF_HEAD_WIDTH, 2]))
    product = torch.view_as_real(torch.mul(pairs, torch.view_as_complex(rotation)))
    return torch.reshape(product, [batch, length, $TURNED_HEADS, $HEAD_WIDTH])
  def open_output(self: __torch__.Kernels, z: Tensor, hidden: Tensor, w: List[Tensor]) -> Tensor:
    out = torch.view(torch.linear(z, torch.t($OUTPUT), $OUTPUT_BIAS), [torch.size(hidden, 0), torch.size(hidden, 1), $WIDTH])
#if POST_NORMS
    return (self).rms_norm(out, $ATTENTION_POST_NORM)
#end
#if not POST_NORMS
    return out
#end
  def open_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Optional[Tensor], w: List[Tensor]) -> Tensor:
    heads = (self).open_heads(hidden, w)
    turned = (self).open_turned(heads, rotation, w)
    keys = torch.slice(turned, 2, $HEADS, $TURNED_HEADS)
    z = (self).attend(turned, keys, torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS), mask)
    return (self).open_output(z, hidden, w)
  def cached_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Optional[Tensor], seen: int, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    heads = (self).open_heads(hidden, w)
    turned = (self).open_turned(heads, rotation, w)
    first = torch.sub(seen, torch.size(hidden, 1))
    _0 = torch.copy_(torch.slice(keys, 1, first, seen), torch.slice(turned, 2, $HEADS, $TURNED_HEADS))
    _1 = torch.copy_(torch.slice(values, 1, first, seen), torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS))
    z = (self).attend(turned, torch.slice(keys, 1, 0, seen), torch.slice(values, 1, 0, seen), mask)
    return (self).open_output(z, hidden, w)
  def behind_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    heads = (self).open_heads(hidden, w)
    turned = (self).open_turned(heads, rotation, w)
    keys0 = (self).behind(keys, torch.slice(turned, 2, $HEADS, $TURNED_HEADS))
    values0 = (self).behind(values, torch.slice(heads, 2, $TURNED_HEADS, $QKV_HEADS))
    z = (self).attend(turned, keys0, values0, mask)
    return (self).open_output(z, hidden, w)
  def mlp(self: __torch__.Kernels, hidden: Tensor, w: List[Tensor]) -> Tensor:
    x0 = (self).norm(hidden, $MLP_NORM, $MLP_NORM_BIAS)
#if GATED
    read = torch.linear(x0, torch.t($GATE), $GATE_BIAS)
    inner = torch.mul($OPEN_ACTIVATION, torch.linear(x0, torch.t($UP), $UP_BIAS))
#end
#if not GATED
    read = torch.linear(x0, torch.t($UP), $UP_BIAS)
    inner = $OPEN_ACTIVATION
#end
    down = torch.linear(inner, torch.t($DOWN), $DOWN_BIAS)
#if POST_NORMS
    return (self).rms_norm(down, $MLP_POST_NORM)
#end
#if not POST_NORMS
    return down
#end
  def open_rest(self: __torch__.Kernels, h: Tensor, out: Tensor, w: List[Tensor]) -> Tensor:
    h0 = torch.add(h, out)
    return torch.add(h0, (self).mlp($MLP_READS, w))
  def causal_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    return (self).fast_block(hidden, rotation, None, w)
  def masked_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, w: List[Tensor]) -> Tensor:
    return (self).fast_block(hidden, rotation, mask, w)
  def causal_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_rest(hidden, (self).open_attention(hidden, rotation, None, w), w)
  def masked_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_rest(hidden, (self).open_attention(hidden, rotation, mask, w), w)
  def behind_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_rest(hidden, (self).behind_attention(hidden, rotation, mask, keys, values, w), w)
  def causal_cached_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_block(hidden, rotation, None, torch.size(hidden, 1), keys, values, w)
  def masked_cached_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_block(hidden, rotation, mask, torch.size(mask, 3), keys, values, w)
  def causal_cached_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_rest(hidden, (self).cached_attention(hidden, rotation, None, torch.size(hidden, 1), keys, values, w), w)
  def masked_cached_open_block(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_rest(hidden, (self).cached_attention(hidden, rotation, mask, torch.size(mask, 3), keys, values, w), w)
  def causal_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_attention(hidden, rotation, None, w)
  def masked_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, w: List[Tensor]) -> Tensor:
    return (self).open_attention(hidden, rotation, mask, w)
  def causal_cached_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_attention(hidden, rotation, None, torch.size(hidden, 1), keys, values, w)
  def masked_cached_attention(self: __torch__.Kernels, hidden: Tensor, rotation: Tensor, mask: Tensor, keys: Tensor, values: Tensor, w: List[Tensor]) -> Tensor:
    return (self).cached_attention(hidden, rotation, mask, torch.size(mask, 3), keys, values, w)
  def capped(self: __torch__.Kernels, logits: Tensor) -> Tensor:
#if LOGITS_CAPPED
    return torch.mul(torch.tanh(torch.div(logits, $LOGIT_CAP)), $LOGIT_CAP)
#end
#if not LOGITS_CAPPED
    return logits
#end
  def logits(self: __torch__.Kernels, x: Tensor, head: Tensor) -> Tensor:
#if FAST
    return (self).capped(ops.mkldnn._linear_pointwise(x, $HEAD_MATRIX, None, "none", [], ""))
#end
#if not FAST
    return (self).capped(torch.linear(x, $HEAD_MATRIX))
#end
  def nll(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss((self).logits(x, head), targets, None, 0)
  def open_nll(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    return torch.cross_entropy_loss((self).capped(torch.linear(x, $HEAD_MATRIX)), targets, None, 0)
  def nll_gradient(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor, weights: Tensor) -> List[Tensor]:
    at = torch.unsqueeze(targets, 1)
    logits = (self).logits(x, head)
    logp = torch.log_softmax(logits, -1)
    nll = torch.neg(torch.squeeze(torch.gather(logp, 1, at), 1))
    scale = torch.unsqueeze(weights, 1)
    error = torch.mul_(torch.exp_(logp), scale)
    error0 = torch.scatter_add_(error, 1, at, torch.neg(scale))
#if LOGITS_CAPPED
    _0 = torch.mul_(error0, torch.rsub(torch.square(torch.div(logits, $LOGIT_CAP)), 1))
#end
#if FAST
    gradient = ops.mkldnn._linear_pointwise(error0, torch.t($HEAD_MATRIX), None, "none", [], "")
#end
#if not FAST
    gradient = torch.matmul(error0, $HEAD_MATRIX)
#end
    return [nll, gradient]
  def surprise(self: __torch__.Kernels, x: Tensor, head: Tensor, targets: Tensor, bars: Tensor, classes: Tensor) -> List[Tensor]:
    logp = torch.log_softmax(torch.add((self).logits(x, head), bars), -1)
    p = torch.exp(logp)
    nll = torch.neg(torch.squeeze(torch.gather(logp, 1, torch.unsqueeze(targets, 1)), 1))
    entropy = torch.neg(torch.sum(torch.mul(p, logp), [-1]))
    centred = torch.add(logp, torch.unsqueeze(entropy, 1))
    variance = torch.sum(torch.mul(p, torch.square(centred)), [-1])
    return [nll, entropy, variance, torch.matmul(p, classes)]
