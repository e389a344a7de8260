-- @tag: a
--[[ @slow
@skip x ]]
