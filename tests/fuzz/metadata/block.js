/**
 * @file a.js
 * @timeout 5
 * @tag a,b
 */ // @slow
import x from "y";
