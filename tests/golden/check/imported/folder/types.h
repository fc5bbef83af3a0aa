struct in_a_folder {
  int member;
};
