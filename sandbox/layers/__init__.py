"""The layers that confine a child: each file is one, `lock` applies the chosen ones in the order that they need."""
