import ssl

context = ssl.create_default_context()
print(context.verify_mode.name, len(context.get_ca_certs()) > 10 or bool(ssl.get_default_verify_paths().capath))
