"""Kills, crowds and full disks: does the library end as if nothing had happened?"""
