<?php
/* @slow */ /* @tag x */
