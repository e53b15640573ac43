"""The layers that confine a child; each file is one layer, `lock` applies the chosen ones in their order."""
