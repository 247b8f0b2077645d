"""Results that notebooks and terminals show as tables."""

_LINE_WIDTH = 100  # characters


class ShownAsTable:
    """Has a DataFrame ``table``, which stands for it where it is shown."""

    def __repr__(self):
        table = self.table.to_string(
            float_format="{:.3g}".format, na_rep="", line_width=_LINE_WIDTH
        )
        return f"{type(self).__name__}\n{table}"

    def _repr_html_(self):
        return self.table.to_html(float_format="{:.3g}".format, na_rep="", border=0)
