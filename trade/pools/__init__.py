"""Pools (线索池、公海) and recycling (回收): one engine for whatever somebody owns, and loses when he does not work it.

    pool.py       whom a pool is for, its caps, and which one fits
    claiming.py   what a member may take out of one
    clock.py      until when an owner keeps what he does not work
    limits.py     how the days of the clock stand in a rule set
    rehearsal.py  how many would fall back by other rules

A service brings its words: what lies in its pools, its refusals and events, by which rules it falls back, and what
extends an owner's time. Leads and accounts (pipeline) both do.
"""
