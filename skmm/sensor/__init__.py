"""Sensor recordings to blocks of features."""

from skmm.sensor._statistics import SensorStatisticsExtractor
from skmm.sensor._window import SensorWindowExtractor

__all__ = ["SensorStatisticsExtractor", "SensorWindowExtractor"]
