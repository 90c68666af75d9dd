# What a Ruby program has: net/http as it is, and open-uri on it.
require "net/http"
require "open-uri"

events = URI("https://api.bitbucket.org/2.0/hook_events")
puts "net/http #{Net::HTTP.get_response(events).code}"
puts "open-uri #{events.open.status[0]}"
