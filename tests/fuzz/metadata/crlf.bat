@echo off
rem @tag a
:: @slow
@rem @skip
