-- Says that a node lives, and asks about others.
--
-- KEYS  node, then the other nodes
-- ARGV  lease in ms, whether the node begins (1, 0)
-- Result  {1 if it lives, else 0; then for each other node 1 or 0}

local answer = {1}
if ARGV[2] == '1' then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
elseif not redis.call('SET', KEYS[1], '1', 'XX', 'PX', ARGV[1]) then
  answer[1] = 0
end
for i = 2, #KEYS do answer[i] = redis.call('EXISTS', KEYS[i]) end
return answer
