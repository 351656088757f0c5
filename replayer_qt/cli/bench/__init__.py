"""The measurements behind the budgets: one module each, all as ratios within one run."""
