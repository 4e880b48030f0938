select sku, name, category, audience, brand, price from unified.products
