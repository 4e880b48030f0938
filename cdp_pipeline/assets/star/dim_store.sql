select store_id, name, city, postcode, country from unified.stores
