"""Paper and pictures: letters, forms, bills, Excel, QR. Data in, bytes out."""
