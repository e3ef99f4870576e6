"""The two parts of the data, for choice."""

from __future__ import annotations

from app.widgets.button_row import ButtonRow

PARTS = {
    "validation": ("Validation", "Examples that the network does not learn from"),
    "training": ("Training", "Examples that the network learns from"),
}


class PartPicker(ButtonRow):
    """Validation or training set; where nothing validates the training set is shown, whatever is wished for."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "examples of", PARTS)
        self._wish = "validation"
        self.chosen.connect(self._wish_for)

    @property
    def validation(self) -> bool:
        return self.key == "validation"

    @property
    def wish(self) -> str:
        """What a person has chosen."""
        return self._wish

    def offer(self, validation: bool) -> bool:
        """Tell whether there are examples that validate; True if another part is shown for that."""
        before = self.key
        self.button("validation").setEnabled(validation)
        super().choose(self._wish if validation else "training")
        return self.key != before

    def choose(self, key: object) -> None:
        if key in PARTS:
            self._wish = str(key)
            self.offer(self.button("validation").isEnabled())

    def _wish_for(self, key: str) -> None:
        self._wish = key
