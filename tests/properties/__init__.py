"""Laws that hold for whatever sources say."""
