"""Decoders for shapes that a declaration cannot say, by the name it uses in ``format``."""

from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder
from modeldex.sources.formats import (
    aihubmix,
    aimo,
    cloudflare,
    dashscope,
    helicone,
    huggingface_router,
    infron,
    litellm,
    models_dev,
    nonzero,
    novita,
    openrouter,
    parasail,
    replicate,
    table,
    venice,
    vercel,
    zenmux,
)

FORMATS = {
    "aihubmix": aihubmix.decoder,
    "aimo": aimo.decoder,
    "cloudflare": cloudflare.decoder,
    "dashscope": dashscope.decoder,
    "helicone": helicone.decoder,
    "huggingface_router": huggingface_router.decoder,
    "infron": infron.decoder,
    "litellm": litellm.decoder,
    "models_dev": models_dev.decoder,
    "nonzero": nonzero.decoder,
    "novita": novita.decoder,
    "openrouter": openrouter.decoder,
    "parasail": parasail.decoder,
    "replicate": replicate.decoder,
    "table": table.decoder,
    "venice": venice.decoder,
    "vercel": vercel.decoder,
    "zenmux": zenmux.decoder,
}


def decoder(declaration: Declaration) -> Decoder:
    """Return the decoder that *declaration* names."""
    return FORMATS[declaration.format](declaration)
