"""Reconciling: a rail's own books held against ours, and what is told of a difference."""

from services.reconcile.service import NotFinished, ReconcileService, Report

__all__ = ["NotFinished", "ReconcileService", "Report"]
