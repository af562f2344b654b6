// A test file that cannot even be loaded.
JSON.parse('not JSON');
