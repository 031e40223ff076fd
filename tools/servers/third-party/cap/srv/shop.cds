namespace shop;

entity Items {
  key id : String;
  name   : String;
}

@path: '/odata/v4/shop'
service ShopService {
  @cds.query.limit: { default: 10, max: 10 }
  entity Items as projection on shop.Items;
}
