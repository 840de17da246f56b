"""Decoders for shapes that a declaration cannot say, by the name it uses in ``format``."""

from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder
from modeldex.sources.formats import huggingface_router, models_dev, openrouter, table

FORMATS = {
    "table": table.decoder,
    "openrouter": openrouter.decoder,
    "huggingface_router": huggingface_router.decoder,
    "models_dev": models_dev.decoder,
}


def decoder(declaration: Declaration) -> Decoder:
    """Return the decoder that *declaration* names."""
    return FORMATS[declaration.format](declaration)
