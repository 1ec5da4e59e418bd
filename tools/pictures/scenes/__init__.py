"""What is played for each picture, a file per part."""
