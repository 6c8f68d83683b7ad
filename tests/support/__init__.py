"""What several tests need: real servers, a real terminal, a stand-in model hub."""
