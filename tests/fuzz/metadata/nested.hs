{- @tag a
(* no -}
(* @slow *)