"""The data plane: answers from memory and the snapshot file, and nothing else."""
