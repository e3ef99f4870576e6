"""Recurrent networks: Elman, GRU and LSTM, with back-propagation through time."""
