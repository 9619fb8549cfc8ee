/**
 * One request against a sliding window. The key is a list of the times of the counted requests, oldest first, in
 * microseconds of the server's clock: one clock for all processes. Times are whole numbers below 2^53, so they are exact
 * in Lua.
 *
 * KEYS[1] the list. ARGV: limit, window in microseconds.
 * Returns {allowed, counted requests, microseconds until the next one leaves the window and makes room}.
 */
export const SLIDING_WINDOW = `
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])

-- A clock that was set back a little stands still until it has caught up; after a leap the list means nothing.
local newest = tonumber(redis.call('LINDEX', KEYS[1], -1) or 0)
if newest > now then
  if newest - now > window then redis.call('DEL', KEYS[1]) else now = newest end
end

local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
while oldest <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
end

local count = redis.call('LLEN', KEYS[1])
local allowed = 0
if count < limit then
  allowed = 1
  count = redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1)
end

-- With a limit lowered meanwhile, several requests must leave before there is room.
local leaves = allowed == 1 and 0 or count - limit
local leaving = tonumber(redis.call('LINDEX', KEYS[1], leaves) or now)
return {allowed, count, leaving + window - now}
`;
