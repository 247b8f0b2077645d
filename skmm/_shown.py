"""Results that notebooks show as tables."""


class ShownAsTable:
    """Has a DataFrame ``table``, which stands for it in a notebook."""

    def _repr_html_(self):
        return self.table.to_html(float_format="{:.3g}".format, na_rep="", border=0)
