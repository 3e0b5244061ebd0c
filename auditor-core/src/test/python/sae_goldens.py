"""Makes the files under src/test/resources/sae: small random autoencoders in every format that is read, and what their own libraries make of them.

Run with sae-lens, dictionary-learning and eai-sparsify: python sae_goldens.py ../resources/sae

files/<case>/ holds the files of a case, goldens/<case>.safetensors the input x, the features, the reconstruction and the L0, cases.json what
is known of it. Wherever SAELens has a loader for a format, it is what gives the expected values, with its downloads turned to local files; where
the loader cannot read what the format's own library writes (said at the place), the library's class gives them.
"""

import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import sae_lens.loading.pretrained_sae_loaders as loaders
import torch
from sae_lens import SAE
from sae_lens.registry import get_sae_class, get_sae_training_class
from safetensors.torch import load_file, save_file

# What dictionary_learning and sparsify import for training alone, where it is not installed; transformers asks for some of it before.
for module in ("nnsight", "wandb", "schedulefree", "triton"):
    if find_spec(module) is None:
        sys.modules[module] = MagicMock()

from dictionary_learning import dictionary as dictionaries
from dictionary_learning.trainers.batch_top_k import BatchTopKSAE
from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKSAE
from dictionary_learning.trainers.top_k import AutoEncoderTopK

OUT = Path(sys.argv[1])
SEED = 20261128
D_IN, D_SAE, TOKENS, K = 16, 48, 8, 5
FILES, GOLDENS = OUT / "files", OUT / "goldens"
cases = []


def fill(module):
    """Random numbers for everything a module learns, in a size at which some features fire and some do not."""
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            if "threshold" in name:
                tensor.copy_(torch.rand_like(tensor) * 0.6)
            elif tensor.ndim == 2:
                tensor.copy_(torch.randn_like(tensor) / tensor.shape[-1] ** 0.5)
            else:
                tensor.copy_(torch.randn_like(tensor) * 0.2)


def case(name, path, features, reconstruction, x, **known):
    """Writes what is expected of a case."""
    assert torch.isfinite(reconstruction).all() and (features > 0).any()
    l0 = (features > 0).float().sum(-1).mean()
    save_file(
        {
            "x": x.contiguous(),
            "features": features.detach().contiguous(),
            "reconstruction": reconstruction.detach().contiguous(),
            "l0": l0.reshape(1),
        },
        GOLDENS / f"{name}.safetensors",
    )
    cases.append({"name": name, "path": str(path.relative_to(FILES)), **known})


def inputs():
    return torch.randn(TOKENS, D_IN)


def of_sae(name, path, sae, **known):
    x = inputs()
    with torch.no_grad():
        features = sae.encode(x)
        case(name, path, features, sae.decode(features), x, **known)


def local(repo_id, filename=None, subfolder=None, force_download=False, **_):
    """Stands for hf_hub_download: the file below FILES."""
    path = ROOT / (subfolder or "") / filename
    if not path.exists():
        raise FileNotFoundError(path)
    return str(path)


loaders.hf_hub_download = local
loaders.EntryNotFoundError = FileNotFoundError
loaders.get_safetensors_tensor_shapes = lambda repo_id, filename: {k: list(v.shape) for k, v in load_file(ROOT / filename).items()}


def converted(loader, repo_id, folder, **overrides):
    """An SAE through one of SAELens's loaders of a format that it downloads."""
    cfg, state, _ = loader(repo_id=repo_id, folder_name=folder, device="cpu", force_download=False, cfg_overrides={"dtype": "float32", **overrides})
    return SAE.load_from_disk("", converter=lambda *_, **__: (cfg, state))


def new(architecture, **config):
    sae_class, config_class = get_sae_class(architecture)
    sae = sae_class(config_class(d_in=D_IN, d_sae=D_SAE, **config))
    fill(sae)
    sae.cfg.metadata.hook_name = "blocks.3.hook_resid_post"
    sae.cfg.metadata.model_name = "gpt2"
    return sae


def saelens():
    def saved(name, architecture, **config):
        sae = new(architecture, **config)
        path = FILES / name
        sae.save_model(path)
        loaded = SAE.load_from_disk(path)
        of_sae(name, path, loaded, format="SAELens", architecture=architecture, point="resid_post.3", model="gpt2")
        return path, loaded

    path, _ = saved("saelens-standard", "standard")
    frequencies = torch.rand(D_SAE) * 0.2
    save_file({"sparsity": torch.log10(frequencies + 1e-10)}, path / "sparsity.safetensors")
    cases[-1]["l0"] = float(frequencies.sum())
    saved("saelens-unshifted", "standard", apply_b_dec_to_input=False)
    saved("saelens-jumprelu", "jumprelu")
    saved("saelens-topk", "topk", k=K)
    saved("saelens-topk-rescaled", "topk", k=K, rescale_acts_by_decoder_norm=True)
    saved("saelens-gated", "gated")
    saved("saelens-gated-unshifted", "gated", apply_b_dec_to_input=False)
    saved("saelens-layer-norm", "standard", normalize_activations="layer_norm")
    saved("saelens-unit-length", "jumprelu", normalize_activations="constant_norm_rescale")
    saved("saelens-expected-average", "jumprelu", normalize_activations="expected_average_only_in")

    def training(name, architecture, **config):
        sae_class, config_class = get_sae_training_class(architecture)
        sae = sae_class(config_class(d_in=D_IN, d_sae=D_SAE, k=K, **config))
        fill(sae)
        sae.topk_threshold.fill_(0.3)
        sae.cfg.metadata.hook_name = "blocks.3.hook_resid_post"
        sae.save_model(FILES / name)
        sae.save_inference_model(OUT / "scratch")
        finished = SAE.load_from_disk(OUT / "scratch")
        of_sae(name, FILES / name, finished, format="SAELens", architecture=architecture, point="resid_post.3")
        return finished

    finished = training("saelens-batchtopk", "batchtopk", rescale_acts_by_decoder_norm=False)
    training("saelens-batchtopk-rescaled", "batchtopk", rescale_acts_by_decoder_norm=True)
    training("saelens-matryoshka", "matryoshka_batchtopk", matryoshka_widths=[12, 24, D_SAE], rescale_acts_by_decoder_norm=True)
    finished.save_model(FILES / "saelens-batchtopk-finished")
    of_sae("saelens-batchtopk-finished", FILES / "saelens-batchtopk-finished", finished, format="SAELens", architecture="jumprelu", point="resid_post.3")

    def flat(name, state, kind, **config):
        """A configuration as before version 6."""
        path = FILES / name
        path.mkdir(parents=True)
        base = {"d_in": D_IN, "d_sae": D_SAE, "dtype": "torch.float32", "device": "cpu", "model_name": "gpt2-small", "hook_point": "blocks.5.hook_resid_pre", "hook_point_layer": 5, "hook_point_head_index": None, "expansion_factor": 3, "lr": 0.0004}
        (path / "cfg.json").write_text(json.dumps({**base, **config}))
        save_file(state, path / "sae_weights.safetensors")
        of_sae(name, path, SAE.load_from_disk(path), format="SAELens", architecture=kind, point="resid_pre.5", model="gpt2-small")

    state = lambda sae: {k: v.detach().clone().contiguous() for k, v in sae.state_dict().items()}
    flat("saelens-flat", {**state(new("standard")), "scaling_factor": torch.ones(D_SAE)}, "standard", use_ghost_grads=True)
    flat("saelens-flat-topk", state(new("standard")), "topk", activation_fn_str="topk", activation_fn_kwargs={"k": K}, normalize_activations="none", apply_b_dec_to_input=False)
    flat("saelens-flat-normed", state(new("standard")), "standard", normalize_activations=True, activation_fn_str="relu")
    flat("saelens-flat-jumprelu", state(new("jumprelu")), "jumprelu", architecture="jumprelu", sae_lens_version="5.9.1", normalize_activations="layer_norm")
    flat("saelens-bfloat16", {k: v.bfloat16() for k, v in state(new("standard")).items()}, "standard")


def jump_state(names):
    sae = new("jumprelu")
    return {names.get(k, k): v.detach().clone().contiguous() for k, v in sae.state_dict().items()}


def gemma():
    global ROOT

    def written(name, repository, folder, save, known, fortran=False, **names):
        global ROOT
        ROOT = FILES / name / repository
        path = ROOT / folder
        path.mkdir(parents=True)
        arrays = {k: v.numpy() for k, v in jump_state(names).items()}
        if fortran:
            arrays["W_enc"] = np.asfortranarray(arrays["W_enc"])
            arrays["b_enc"] = arrays["b_enc"].astype("<f8")
            arrays["threshold"] = arrays["threshold"].astype("<f2")
        save(path / "params.npz", **arrays)
        sae = converted(loaders.gemma_2_sae_huggingface_loader, "google/" + repository.split("--")[-1].split("/")[0], folder, d_in=D_IN, d_sae=D_SAE)
        of_sae(name, path, sae, format="Gemma Scope", architecture="jumprelu", **known)

    res = {"model": "gemma-2-2b", "l0": 71}
    written("gemma-scope-res", "gemma-scope-2b-pt-res", "layer_20/width_16k/average_l0_71", np.savez, {**res, "point": "resid_post.20"})
    written("gemma-scope-mlp", "models--google--gemma-scope-9b-it-mlp/snapshots/0a", "layer_9/width_16k/average_l0_14", np.savez_compressed, {"model": "gemma-2-9b-it", "point": "mlp_out.9", "l0": 14})
    written("gemma-scope-embedding", "gemma-scope-2b-pt-res", "embedding/width_4k/average_l0_6", np.savez, {"model": "gemma-2-2b", "point": "embeddings", "l0": 6})
    written("gemma-scope-mixed", "gemma-scope-2b-pt-res", "layer_0/width_16k/canonical", np.savez, {"model": "gemma-2-2b", "point": "resid_post.0"}, fortran=True)

    def second(name, site, layer, point, config):
        global ROOT
        ROOT = FILES / name / "gemma-scope-2-1b-pt"
        folder = f"{site}/layer_{layer}_width_16k_l0_small"
        path = ROOT / folder
        path.mkdir(parents=True)
        save_file(jump_state({"W_enc": "w_enc", "W_dec": "w_dec"}), path / "params.safetensors")
        if config:
            (path / "config.json").write_text(json.dumps({"architecture": "jump_relu", "model_name": "gemma-v3-1b-pt", "hf_hook_point_in": config}))
        of_sae(name, path, converted(loaders.gemma_3_sae_huggingface_loader, "google/gemma-scope-2-1b-pt", folder), format="Gemma Scope 2", architecture="jump_relu", point=point, model="gemma-3-1b-pt")

    second("gemma-scope-2-res", "resid_post", 12, "resid_post.12", "model.layers.12.output")
    second("gemma-scope-2-mlp", "mlp_out_all", 3, "mlp_out.3", None)


def torch_names():
    """Matrices as nn.Linear keeps them."""
    sae = new("jumprelu")
    return {"encoder.weight": sae.W_enc.detach().T.contiguous(), "encoder.bias": sae.b_enc.detach(), "decoder.weight": sae.W_dec.detach().T.contiguous(), "decoder.bias": sae.b_dec.detach()}


def llama():
    global ROOT
    norm, name = 2.7, "llama-scope"
    ROOT = FILES / name
    folder = "Llama3_1-8B-Base-L7R-8x"
    (ROOT / folder / "checkpoints").mkdir(parents=True)
    hook = "blocks.7.hook_resid_post"
    common = {"hook_point_in": hook, "hook_point_out": hook, "d_model": D_IN, "expansion_factor": 3, "act_fn": "jumprelu", "norm_activation": "dataset-wise", "use_decoder_bias": True, "use_glu_encoder": False}
    (ROOT / folder / "hyperparams.json").write_text(json.dumps({**common, "d_sae": D_SAE, "jump_relu_threshold": 0.2, "dataset_average_activation_norm": {"in": norm, "out": norm}, "apply_decoder_bias_to_pre_encoder": False, "top_k": 50}))
    save_file(torch_names(), ROOT / folder / "checkpoints/final.safetensors")
    sae = converted(loaders.llama_scope_sae_huggingface_loader, "fnlp/Llama3_1-8B-Base-LXR-8x", folder)
    sae.fold_activation_norm_scaling_factor(D_IN**0.5 / norm)
    of_sae(name, ROOT / folder, sae, format="Llama Scope", architecture="jumprelu", point="resid_post.7", model="meta-llama/Llama-3.1-8B")

    name = "llama-scope-r1"
    ROOT = FILES / name
    (ROOT / "L7R").mkdir(parents=True)
    (ROOT / "L7R" / "config.json").write_text(json.dumps({**common, "sae_type": "sae"}))
    extra = {f"dataset_average_activation_norm.{hook}": torch.tensor(norm), "log_jumprelu_threshold": torch.log(torch.rand(D_SAE) * 0.8 + 0.1)}
    save_file({**torch_names(), **extra}, ROOT / "L7R" / "sae_weights.safetensors")
    sae = converted(loaders.llama_scope_r1_distill_sae_huggingface_loader, "fnlp/Llama-Scope-R1-Distill", "L7R")
    # SAELens keeps this factor in its registry; in the files it is the tensor above.
    sae.fold_activation_norm_scaling_factor(D_IN**0.5 / norm)
    of_sae(name, ROOT / "L7R", sae, format="Llama Scope R1 Distill", architecture="jumprelu", point="resid_post.7")


def eleuther():
    """SAELens's own loader transposes W_dec, which sparsify writes as it is used, and then cannot load it; so sparsify's class is asked."""
    from sparsify import SparseCoder, SparseCoderConfig

    for name, hookpoint, point, config in (
        ("sparsify-layer", "layers.10", "resid_post.10", {"num_latents": D_SAE}),
        ("sparsify-mlp", "layers.2.mlp", "mlp_out.2", {"expansion_factor": D_SAE // D_IN, "normalize_decoder": False}),
        ("sparsify-embedding", "embed_tokens", "embeddings", {"num_latents": D_SAE}),
    ):
        coder = SparseCoder(D_IN, SparseCoderConfig(k=K, **config))
        fill(coder)
        path = FILES / name / hookpoint
        coder.save_to_disk(path)
        (path.parent / "config.json").write_text(json.dumps({"model": "EleutherAI/pythia-160m", "ctx_len": 2048}))
        coder = SparseCoder.load_from_disk(path)
        x = inputs()
        with torch.no_grad():
            acts, indices, _ = coder.encode(x)
            features = torch.zeros(TOKENS, D_SAE).scatter_(-1, indices, acts)
            case(name, path, features, coder.decode(acts, indices), x, format="sparsify", architecture="topk", point=point, model="EleutherAI/pythia-160m")


def dictionary():
    global ROOT
    made = {
        "AutoEncoder": lambda: dictionaries.AutoEncoder(D_IN, D_SAE),
        "AutoEncoderNew": lambda: dictionaries.AutoEncoderNew(D_IN, D_SAE),
        "GatedAutoEncoder": lambda: dictionaries.GatedAutoEncoder(D_IN, D_SAE),
        "JumpReluAutoEncoder": lambda: dictionaries.JumpReluAutoEncoder(D_IN, D_SAE),
        "AutoEncoderTopK": lambda: AutoEncoderTopK(D_IN, D_SAE, K),
        "BatchTopKSAE": lambda: BatchTopKSAE(D_IN, D_SAE, K),
        "MatryoshkaBatchTopKSAE": lambda: MatryoshkaBatchTopKSAE(D_IN, D_SAE, K, [12, 12, 24]),
    }

    def written(name, kind, cast=lambda tensor: tensor, submodule="resid_post_layer_8", learned=True):
        global ROOT
        ROOT = FILES / name
        ae = made[kind]()
        fill(ae)
        if learned and "threshold" in dict(ae.named_buffers()):
            ae.threshold.fill_(0.3)
        path = ROOT / "trainer_0"
        path.mkdir(parents=True)
        state = ae.state_dict()
        for key in state:
            state[key] = cast(state[key])
        torch.save(state, path / "ae.pt")
        ae.load_state_dict(torch.load(path / "ae.pt"))
        trainer = {"dict_class": kind, "activation_dim": D_IN, "dict_size": D_SAE, "layer": 8, "lm_name": "EleutherAI/pythia-70m-deduped", "submodule_name": submodule}
        if hasattr(ae, "k"):
            trainer["k"] = int(ae.k)
        (path / "config.json").write_text(json.dumps({"trainer": trainer, "buffer": {"ctx_len": 128}}))
        x = inputs()
        with torch.no_grad():
            features = ae.encode(x)
            reconstruction = ae.decode(features)
            # SAELens's loader knows no AutoEncoderNew: it looks for the decoder's bias under other names.
            if kind != "AutoEncoderNew":
                sae = converted(loaders.dictionary_learning_sae_huggingface_loader_1, "any/any", "trainer_0")
                assert (sae.encode(x) - features).abs().max() < 1e-5 and (sae(x) - reconstruction).abs().max() < 1e-5, name
            case(name, path, features, reconstruction, x, format="dictionary_learning", architecture=kind, point="resid_post.8", model="EleutherAI/pythia-70m-deduped")

    for kind in made:
        written("dictionary-" + kind, kind)
    # The transposed views of a fresh dictionary keep their strides in the file; fill() keeps them as well.
    written("dictionary-half", "AutoEncoder", cast=lambda tensor: tensor.half())
    written("dictionary-bfloat16", "JumpReluAutoEncoder", cast=lambda tensor: tensor.bfloat16(), submodule=None)
    written("dictionary-double", "AutoEncoderTopK", cast=lambda tensor: tensor.double() if tensor.is_floating_point() else tensor)
    written("dictionary-unlearned", "BatchTopKSAE", learned=False)


def main():
    for folder in (FILES, GOLDENS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    torch.manual_seed(SEED)
    saelens()
    gemma()
    llama()
    eleuther()
    dictionary()
    shutil.rmtree(OUT / "scratch")
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
