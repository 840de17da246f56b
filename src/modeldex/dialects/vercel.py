"""The list of models of Vercel's gateway."""

NAME = "vercel"
