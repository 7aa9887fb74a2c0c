"""Values in, values out: the tree, the leaves, the signatures."""

from . import leaf, proof, signing, tiles, tree

__all__ = ["leaf", "proof", "signing", "tiles", "tree"]
