# TorchScript in the form of an archive's code, as in kernels.py. One step of training a sparse autoencoder, its gradients by hand.
# enc, dec: [features, width]; room: [tokens, features], written over. level and the like are vectors of one number.
# Where features are few, each token is a bag of them: decoding is a sum of bags, and every gradient one over the same bags.
# The optimiser's tensors come in lists: of a list made here the engine forgets that its tensors are changed, and leaves the call out.
# Multiplying what is ranked with the decoder's row lengths, and dividing by them before it is decoded, leaves no gradient of the lengths.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def lengths(self: __torch__.Kernels, dec: Tensor) -> Tensor:
    return torch.norm(dec, 2, [1])
  def variance(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.sum(torch.var(x, [0], False))
  def square(self: __torch__.Kernels, x: Tensor) -> Tensor:
    flat = torch.view(x, [-1])
    return torch.dot(flat, flat)
#if TOP
  def chosen(self: __torch__.Kernels, scaled: Tensor, level: Tensor) -> List[Tensor]:
#end
#if ROWS
    top, places, = torch.topk(scaled, $K, -1, True, False)
    slots = torch.arange(torch.mul(torch.size(scaled, 0), $K), dtype=4, device=ops.prim.device(scaled))
    starts = torch.arange(0, torch.mul(torch.size(scaled, 0), $K), $K, dtype=4, device=ops.prim.device(scaled))
    return [torch.relu(torch.view(top, [-1])), torch.view(places, [-1]), torch.floor_divide(slots, $K), starts]
#end
#if BATCH
    flat = torch.view(scaled, [-1])
    wanted = torch.mul(torch.size(scaled, 0), $K)
    near0 = torch.view(torch.nonzero(torch.gt(flat, level)), [-1])
    if torch.lt(torch.size(near0, 0), wanted):
      near = torch.view(torch.nonzero(torch.gt(flat, 0)), [-1])
    else:
      near = near0
    values0 = torch.index_select(flat, 0, near)
    if torch.gt(torch.size(near, 0), wanted):
      _0, places, = torch.topk(values0, wanted, 0, True, False)
      kept = torch.index_fill_(torch.to(torch.zeros_like(near), 11), 0, places, 1)
      slots = torch.masked_select(near, kept)
      values = torch.masked_select(values0, kept)
    else:
      slots = near
      values = values0
    tokens = torch.floor_divide(slots, $FEATURES)
    features = torch.sub(slots, torch.mul(tokens, $FEATURES))
    starts = torch.searchsorted(slots, torch.arange(0, torch.numel(scaled), $FEATURES, dtype=4, device=ops.prim.device(scaled)))
    return [values, features, tokens, starts]
#end
#if TOP
  def top_step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, level: Tensor, room: Tensor, dead: Optional[Tensor]) -> List[Tensor]:
    batch = torch.size(x, 0)
    norms = (self).lengths(dec)
    xc = torch.sub(x, bdec)
    scaled = torch.addmm(torch.mul(benc, norms), xc, torch.t(torch.mul(enc, torch.unsqueeze(norms, 1))), out=room)
    kept = (self).chosen(scaled, level)
    ranked = kept[0]
    features = kept[1]
    tokens = kept[2]
    starts = kept[3]
    values = torch.div(ranked, torch.index_select(norms, 0, features))
    decoded, _1, sizes, most, = torch.embedding_bag(dec, features, starts, False, 0, False, values, False)
    error = torch.sub(torch.add(decoded, bdec), x)
    mse = torch.div((self).square(error), batch)
    g = torch.mul(error, torch.div(2., batch))
    positive = torch.to(torch.gt(ranked, 0), 6)
    dvalues = torch.mul(torch._embedding_bag_per_sample_weights_backward(g, dec, features, starts, tokens, 0, -1), positive)
    ddec = torch._embedding_bag_dense_backward(g, features, tokens, sizes, most, $FEATURES, False, 0, values, -1)
    denc = torch._embedding_bag_dense_backward(xc, features, tokens, sizes, most, $FEATURES, False, 0, dvalues, -1)
    dbenc = torch.index_add_(torch.zeros_like(benc), 0, features, dvalues)
    fired = torch.index_add_(torch.zeros_like(benc), 0, features, positive)
    dbdec = torch.sum(g, [0])
    if torch.__is__(dead, None):
      added = torch.zeros_like(mse)
      dbdec0 = dbdec
    else:
      asleep = unchecked_cast(Tensor, dead)
      count = torch.size(asleep, 0)
      encd = torch.index_select(enc, 0, asleep)
      decd = torch.index_select(dec, 0, asleep)
      pre = torch.addmm(torch.index_select(benc, 0, asleep), xc, torch.t(encd))
      if torch.gt(count, $MOST_DEAD):
        _2, best, = torch.topk(torch.mul(pre, torch.index_select(norms, 0, asleep)), $MOST_DEAD, -1, True, False)
        mask = torch.scatter_(torch.zeros_like(pre), 1, best, 1.)
        share = 1.
      else:
        mask = torch.ones_like(pre)
        share = torch.div(torch.mul(1., count), $MOST_DEAD)
      p = torch.mul_(pre, mask)
      left = torch.add(torch.mm(p, decd), error)
      added = torch.mul(torch.div((self).square(left), batch), torch.mul(share, $AUXILIARY))
      g2 = torch.mul_(left, torch.div(torch.mul(torch.mul(share, $AUXILIARY), 2.), batch))
      dp = torch.mul_(torch.mm(g2, torch.t(decd)), mask)
      _3 = torch.index_add_(ddec, 0, asleep, torch.mm(torch.t(p), g2))
      _4 = torch.index_add_(denc, 0, asleep, torch.mm(torch.t(dp), xc))
      _5 = torch.index_add_(dbenc, 0, asleep, torch.sum(dp, [0]))
      dbdec0 = dbdec
    db = torch.sub(dbdec0, torch.mv(torch.t(enc), dbenc))
    if torch.gt(torch.numel(ranked), 0):
      active0 = torch.masked_select(ranked, torch.gt(ranked, 0))
      if torch.gt(torch.numel(active0), 0):
        smallest = torch.min(active0)
      else:
        smallest = torch.zeros_like(mse)
    else:
      smallest = torch.zeros_like(mse)
    length = torch.add(torch.add((self).square(denc), (self).square(dbenc)), torch.add((self).square(ddec), (self).square(db)))
    sums = torch.stack([mse, added, torch.sum(positive), smallest, (self).variance(x), length])
    return [sums, denc, dbenc, ddec, db, fired]
  def step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, level: Tensor, room: Tensor) -> List[Tensor]:
    return (self).top_step(x, enc, benc, dec, bdec, level, room, None)
  def waking_step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, level: Tensor, room: Tensor, dead: Tensor) -> List[Tensor]:
    return (self).top_step(x, enc, benc, dec, bdec, level, room, dead)
#end
#if JUMP
  def jump_step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, limits: Tensor, level: Tensor, room: Tensor, dead: Optional[Tensor]) -> List[Tensor]:
    batch = torch.size(x, 0)
    norms = (self).lengths(dec)
    xc = torch.sub(x, bdec)
    _9 = torch.clamp_(limits, 0)
    pre = torch.addmm(benc, xc, torch.t(enc), out=room)
    over = torch.sub(pre, limits)
    gate = torch.to(torch.gt(over, 0), 6)
    near = torch.to(torch.lt(torch.abs(over), $HALF_BAND), 6)
    acts = torch.mul(pre, gate)
    error = torch.sub(torch.addmm(bdec, acts, dec), x)
    mse = torch.div((self).square(error), batch)
    g = torch.mul(error, torch.div(2., batch))
    dacts = torch.mm(g, torch.t(dec))
    ddec = torch.mm(torch.t(acts), g)
    cost = torch.div(level, batch)
    fired = torch.sum(gate, [0])
    dnorms = torch.zeros_like(norms)
#end
#if TANH
    curve = torch.tanh(torch.mul(acts, torch.mul(norms, $TANH_SCALE)))
    penalty = torch.mul(torch.sum(curve), cost)
    slope = torch.mul_(torch.rsub(torch.mul_(curve, curve), 1), torch.mul(cost, $TANH_SCALE))
    _0 = torch.add_(dnorms, torch.sum(torch.mul(slope, acts), [0]))
    _1 = torch.add_(dacts, torch.mul_(slope, norms))
#end
#if JUMP
    line = torch.mul_(torch.mul(near, dacts), torch.div(limits, $BANDWIDTH))
    dlimits = torch.neg(torch.sum(line, [0]))
    dpre = torch.mul_(dacts, gate)
#end
#if TO_INPUT
    _2 = torch.add_(dpre, line)
#end
#if STEP
    penalty = torch.mul(torch.sum(fired), cost)
    price = torch.div(cost, $BANDWIDTH)
    _3 = torch.sub_(dlimits, torch.mul(torch.sum(near, [0]), price))
#end
#if STEP_TO_INPUT
    _4 = torch.add_(dpre, torch.mul(near, price))
#end
#if JUMP
    if torch.__is__(dead, None):
      added = penalty
    else:
      asleep = torch.index_fill_(torch.zeros_like(norms), 0, unchecked_cast(Tensor, dead), torch.div($DEAD, batch))
      far = torch.relu(torch.neg(over))
      below = torch.to(torch.gt(far, 0), 6)
      sums0 = torch.sum(far, [0])
      added = torch.add(penalty, torch.dot(sums0, torch.mul(asleep, norms)))
      _5 = torch.add_(dnorms, torch.mul(sums0, asleep))
      _6 = torch.add_(dlimits, torch.mul(torch.sum(below, [0]), torch.mul(asleep, norms)))
      _7 = torch.sub_(dpre, torch.mul(below, torch.mul(asleep, norms)))
    _8 = torch.add_(ddec, torch.mul(dec, torch.unsqueeze(torch.div(dnorms, norms), 1)))
    denc = torch.mm(torch.t(dpre), xc)
    dbenc = torch.sum(dpre, [0])
    db = torch.sub(torch.sum(g, [0]), torch.mv(torch.t(enc), dbenc))
    length0 = torch.add(torch.add((self).square(denc), (self).square(dbenc)), torch.add((self).square(ddec), (self).square(db)))
    length = torch.add(length0, (self).square(dlimits))
    sums = torch.stack([mse, torch.view(added, []), torch.sum(fired), torch.zeros_like(mse), (self).variance(x), length])
    return [sums, denc, dbenc, ddec, db, dlimits, fired]
  def step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, limits: Tensor, level: Tensor, room: Tensor) -> List[Tensor]:
    return (self).jump_step(x, enc, benc, dec, bdec, limits, level, room, None)
  def waking_step(self: __torch__.Kernels, x: Tensor, enc: Tensor, benc: Tensor, dec: Tensor, bdec: Tensor, limits: Tensor, level: Tensor, room: Tensor, dead: Tensor) -> List[Tensor]:
    return (self).jump_step(x, enc, benc, dec, bdec, limits, level, room, dead)
#end
  def adam(self: __torch__.Kernels, parameter: List[Tensor], gradient: List[Tensor], first: List[Tensor], second: List[Tensor], number: List[Tensor], rate: Tensor, divisor: Tensor) -> Tensor:
    _0 = torch._fused_adam_(parameter, gradient, first, second, annotate(List[Tensor], []), number, lr=rate, beta1=$BETA1, beta2=$BETA2, weight_decay=0., eps=$EPSILON, amsgrad=False, maximize=False, grad_scale=divisor)
    return rate
